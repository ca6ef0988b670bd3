; Stratus's installer for Windows: per user, without an administrator.
;
;   makensis -DVERSION=0.1.0 -DSTAGE=folder -DOUT=file.exe stratus.nsi    (scripts/windows.sh --installer does)
;
; Silent: /S [/D=C:\folder] [/AUTOSTART]. The uninstaller: /S [/FILES]; without /FILES it keeps the pilot's files.
; Exit codes: 0 done, 1 given up by the pilot, 2 failed (Stratus could not be closed).

Target amd64-unicode
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Stratus"
!define RUN "Software\Microsoft\Windows\CurrentVersion\Run"

Name "Stratus"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Stratus"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "Stratus ${VERSION}: for simulation and entertainment only"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Stratus"
VIAddVersionKey "FileDescription" "Stratus's installer"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Stratus authors; MIT or Apache-2.0"

!define MUI_ICON "..\..\icons\stratus.ico"
!define MUI_UNICON "..\..\icons\stratus.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\stratus.exe"
!define MUI_FINISHPAGE_RUN_TEXT "Start Stratus (its icon is in the notification area)"
!insertmacro MUI_PAGE_LICENSE "${STAGE}\LICENSE-MIT.txt"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; Closes a running Stratus politely: its hidden window takes the message that every program ends by.
!macro CLOSE un
Function ${un}CloseStratus
  StrCpy $1 0
  again:
    FindWindow $0 "StratusHidden" "Stratus"
    IntCmp $0 0 closed
    IntCmp $1 0 ask
    Sleep 250
    IntOp $1 $1 + 1
    IntCmp $1 40 stuck again stuck
  ask:
    StrCpy $1 1
    MessageBox MB_OKCANCEL|MB_ICONINFORMATION "Stratus is running. It is closed now, and nothing is lost." /SD IDOK IDOK close
    SetErrorLevel 1
    Abort "Given up: Stratus is still running."
  close:
    ; WM_CLOSE, waiting at most five seconds for an answer.
    SendMessage $0 16 0 0 /TIMEOUT=5000
    Goto again
  stuck:
    MessageBox MB_OK|MB_ICONSTOP "Stratus does not end. Choose Quit in its menu, and start this again." /SD IDOK
    SetErrorLevel 2
    Abort "Stratus does not end."
  closed:
    ; The window goes shortly before the process does.
    Sleep 700
FunctionEnd
!macroend
!insertmacro CLOSE ""
!insertmacro CLOSE "un."

; What belongs to the program in its folders, and nothing that somebody else put there.
!macro TAKE_AWAY
  RMDir /r "$INSTDIR\voices\pico"
  Delete "$INSTDIR\voices\heart.onnx"
  Delete "$INSTDIR\voices\english.bin"
  Delete "$INSTDIR\voices\README.md"
  RMDir "$INSTDIR\voices"
  Delete "$INSTDIR\sentences\sentences.bin"
  Delete "$INSTDIR\sentences\README.md"
  RMDir "$INSTDIR\sentences"
  RMDir /r "$INSTDIR\demo\flights"
  Delete "$INSTDIR\demo\stratus-demo-en-q5_0.bin"
  Delete "$INSTDIR\demo\flight.txt"
  Delete "$INSTDIR\demo\README.md"
  RMDir "$INSTDIR\demo"
  Delete "$INSTDIR\docs\*.md"
  RMDir "$INSTDIR\docs"
!macroend

Section "Stratus" MAIN
  SectionIn RO
  Call CloseStratus
  ; What an older version had and this one has not is taken away, and only where an older version is: somebody may name a
  ; folder of their own. The pilot's files lie elsewhere.
  ${If} ${FileExists} "$INSTDIR\stratus.exe"
    !insertmacro TAKE_AWAY
  ${EndIf}
  SetOutPath "$INSTDIR"
  File /r "${STAGE}\*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Stratus.lnk" "$INSTDIR\stratus.exe" "run" "$INSTDIR\stratus.exe" 0 SW_SHOWNORMAL "" "Air-traffic control for flight simulators"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Stratus"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\stratus.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Stratus authors"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Section /o "Start with Windows" AUTOSTART
  WriteRegStr HKCU "${RUN}" "Stratus" '"$INSTDIR\stratus.exe" run'
SectionEnd

LangString DESC_MAIN ${LANG_ENGLISH} "The program, its voices and a short demonstration flight."
LangString DESC_AUTOSTART ${LANG_ENGLISH} "Stratus waits in the notification area whenever you sign in. The icon's menu changes it later."
!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${MAIN} $(DESC_MAIN)
  !insertmacro MUI_DESCRIPTION_TEXT ${AUTOSTART} $(DESC_AUTOSTART)
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function .onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/AUTOSTART" $1
  ${IfNot} ${Errors}
    SectionSetFlags ${AUTOSTART} 1
  ${EndIf}
FunctionEnd

Section "Uninstall"
  Call un.CloseStratus
  !insertmacro TAKE_AWAY
  Delete "$INSTDIR\stratus.exe"
  Delete "$INSTDIR\stratus.png"
  Delete "$INSTDIR\LICENSE-MIT.txt"
  Delete "$INSTDIR\LICENSE-APACHE.txt"
  Delete "$INSTDIR\NOTICE.txt"
  Delete "$INSTDIR\README.md"
  Delete "$INSTDIR\CHANGELOG.md"
  Delete "$INSTDIR\ARCHITECTURE.md"
  Delete "$INSTDIR\CONTRIBUTING.md"
  Delete "$INSTDIR\SECURITY.md"
  Delete "$INSTDIR\installer\README.md"
  RMDir "$INSTDIR\installer"
  Delete "$INSTDIR\config\stratus.toml"
  RMDir "$INSTDIR\config"
  Delete "$INSTDIR\uninstall.exe"
  ; Only when nothing of the pilot's is in it.
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Stratus.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\Classes\AppUserModelId\Stratus.Stratus"
  DeleteRegValue HKCU "${RUN}" "Stratus"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/FILES" $1
  ${IfNot} ${Errors}
    Goto files
  ${EndIf}
  MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete your settings, downloaded speech models, transcripts and logs too?$\n$\n$APPDATA\stratus$\n$LOCALAPPDATA\stratus" /SD IDNO IDYES files
  Goto done
  files:
    RMDir /r "$APPDATA\stratus"
    RMDir /r "$LOCALAPPDATA\stratus"
  done:
SectionEnd
