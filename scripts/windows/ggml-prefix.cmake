# ggml drops the "lib" before its libraries' names for Windows; Rust's linker for mingw looks for libggml*.a.
cmake_language(DEFER CALL set_target_properties ggml ggml-base ggml-cpu PROPERTIES PREFIX lib)
