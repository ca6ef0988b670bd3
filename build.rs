//! Windows's resources of the program: icon, version and manifest. On Linux the few lines of C between alsa-lib and the log.

use std::error::Error;

/// Screens of any density are drawn for by Stratus itself; paths may be long; `char` texts are UTF-8, so that speech
/// models and voices in a folder with any letters are found by the libraries in C.
const MANIFEST: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">
  <assemblyIdentity type="win32" name="Stratus.Stratus" version="0.0.0.0" processorArchitecture="*"/>
  <dependency>
    <dependentAssembly>
      <assemblyIdentity type="win32" name="Microsoft.Windows.Common-Controls" version="6.0.0.0" processorArchitecture="*"
        publicKeyToken="6595b64144ccf1df" language="*"/>
    </dependentAssembly>
  </dependency>
  <compatibility xmlns="urn:schemas-microsoft-com:compatibility.v1">
    <application><supportedOS Id="{8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a}"/></application>
  </compatibility>
  <trustInfo xmlns="urn:schemas-microsoft-com:asm.v3">
    <security><requestedPrivileges><requestedExecutionLevel level="asInvoker" uiAccess="false"/></requestedPrivileges></security>
  </trustInfo>
  <application xmlns="urn:schemas-microsoft-com:asm.v3">
    <windowsSettings>
      <dpiAware xmlns="http://schemas.microsoft.com/SMI/2005/WindowsSettings">true/pm</dpiAware>
      <dpiAwareness xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">PerMonitorV2, PerMonitor</dpiAwareness>
      <longPathAware xmlns="http://schemas.microsoft.com/SMI/2016/WindowsSettings">true</longPathAware>
      <activeCodePage xmlns="http://schemas.microsoft.com/SMI/2019/WindowsSettings">UTF-8</activeCodePage>
    </windowsSettings>
  </application>
</assembly>
"#;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=icons/stratus.ico");
    println!("cargo:rerun-if-changed=src/audio/chatter.c");
    let system = std::env::var("CARGO_CFG_TARGET_OS");
    if system.as_deref() == Ok("linux") {
        cc::Build::new().file("src/audio/chatter.c").warnings(true).compile("stratus_chatter");
    }
    if system.as_deref() == Ok("windows") {
        winresource::WindowsResource::new()
            .set_icon("icons/stratus.ico")
            .set_manifest(MANIFEST)
            .set("ProductName", "Stratus")
            // What the task manager and the volume mixer show.
            .set("FileDescription", "Stratus")
            .set("OriginalFilename", "stratus.exe")
            .set("LegalCopyright", "The Stratus authors; MIT or Apache-2.0")
            .compile()?;
    }
    Ok(())
}
