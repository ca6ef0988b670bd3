/* Wine 8 lacks bcryptprimitives.dll, which Rust's standard library takes its random numbers from. This stands in for it
   in tests under Wine, beside the program. It is never packed. */
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count) { return SystemFunction036(bytes, (ULONG)count); }
