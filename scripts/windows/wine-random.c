/* Wine 8 lacks bcryptprimitives.dll, from which Rust's standard library gets random numbers. This replaces it
   in tests under Wine, beside the program. It is never packaged. */
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) { return SystemFunction036(bytes, (ULONG)count); }
