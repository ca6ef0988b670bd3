/* mingw-w64 before version 11 lacks this structure, which ggml's processor back end wants. */
#ifndef STRATUS_POWER_THROTTLING_H
#define STRATUS_POWER_THROTTLING_H
#define THREAD_POWER_THROTTLING_CURRENT_VERSION 1
#define THREAD_POWER_THROTTLING_EXECUTION_SPEED 0x1
typedef struct _THREAD_POWER_THROTTLING_STATE { unsigned long Version, ControlMask, StateMask; } THREAD_POWER_THROTTLING_STATE;
#endif
