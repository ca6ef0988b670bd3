//! Where Microsoft's SimConnect.dll may be: in the folder of the running simulator, and in its SDK.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The programs of MSFS 2024 and 2020.
#[cfg(windows)]
pub(super) const SIMULATORS: [&str; 2] = ["FlightSimulator2024.exe", "FlightSimulator.exe"];
/// The environment variables that the SDKs' installers set.
const SDK_VARIABLES: [&str; 2] = ["MSFS2024_SDK", "MSFS_SDK"];
/// The SDKs' default folders.
const SDKS: [&str; 2] = [r"C:\MSFS 2024 SDK", r"C:\MSFS SDK"];
const NAME: &str = "SimConnect.dll";

/// The files to look for, the likeliest first, each once.
pub(super) fn candidates(simulators: &[PathBuf], variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let set = SDK_VARIABLES.iter().filter_map(|v| variable(v)).filter(|v| !v.is_empty()).map(PathBuf::from);
    let sdks = set.chain(SDKS.iter().map(PathBuf::from)).map(|sdk| sdk.join("SimConnect SDK").join("lib").join(NAME));
    let mut all: Vec<PathBuf> = Vec::new();
    // A relative path would depend on the folder in which Stratus was started.
    for file in simulators.iter().map(|folder| folder.join(NAME)).chain(sdks).filter(|f| rooted(f)) {
        if !all.contains(&file) {
            all.push(file);
        }
    }
    all
}

fn rooted(file: &Path) -> bool {
    file.is_absolute() || cfg!(not(windows)) && file.to_string_lossy().get(1..3) == Some(r":\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simulator_folder_precedes_the_sdks_without_duplicates() {
        let sims = [PathBuf::from(r"D:\Sim")];
        let set = |v: &str| match v {
            "MSFS_SDK" => Some(r"C:\MSFS SDK".into()),
            "MSFS2024_SDK" => Some(r"E:\SDK".into()),
            _ => None,
        };
        let shown: Vec<String> = candidates(&sims, set).iter().map(|f| f.display().to_string().replace('/', r"\")).collect();
        assert_eq!(
            shown,
            [
                r"D:\Sim\SimConnect.dll",
                r"E:\SDK\SimConnect SDK\lib\SimConnect.dll",
                r"C:\MSFS SDK\SimConnect SDK\lib\SimConnect.dll",
                r"C:\MSFS 2024 SDK\SimConnect SDK\lib\SimConnect.dll",
            ]
        );
        assert_eq!(candidates(&["Sim".into()], |_| Some("".into())).len(), 2, "an empty variable and a relative folder are ignored");
    }
}
