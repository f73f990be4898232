use crate::recording::file::*;

#[test]
fn cuts_only_a_torn_last_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.ndjson");
    let (mut file, recovery) = RecordingFile::open(&path, false).expect("a new file");
    assert_eq!(recovery.cut_bytes, 0);
    file.append(b"{\"v\":1,\"request\":1}\n").expect("written");
    assert!(matches!(RecordingFile::open(&path, false), Err(RecordingError::InUse { .. })));
    drop(file);
    OpenOptions::new()
        .append(true)
        .open(&path)
        .and_then(|mut f| f.write_all(b"{\"v\":1,\"req"))
        .expect("torn");
    let (mut file, recovery) = RecordingFile::open(&path, false).expect("recovered");
    assert_eq!(recovery.cut_bytes, 11);
    assert_eq!(file.append(b"{\"v\":1,\"request\":2}\n").expect("written"), 20);
    assert_eq!(
        std::fs::read_to_string(&path).expect("text"),
        "{\"v\":1,\"request\":1}\n{\"v\":1,\"request\":2}\n"
    );
}

#[test]
fn does_not_change_a_file_that_is_not_a_recording() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letter.txt");
    std::fs::write(&path, "Dear all").expect("written");
    assert!(matches!(RecordingFile::open(&path, false), Err(RecordingError::Foreign { .. })));
    assert_eq!(std::fs::read_to_string(&path).expect("text"), "Dear all");
}

#[test]
fn refuses_files_that_are_not_regular() {
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo runs").success());
    for (path, what) in [
        (fifo.as_path(), "a pipe"),
        (folder.path(), "a folder"),
        (Path::new("/dev/null"), "a device"),
        (Path::new("/dev/zero"), "a device"),
    ] {
        let error = RecordingFile::open(path, false).expect_err("refused").to_string();
        let want = format!("the recording {} is {what}, not a regular file", path.display());
        assert!(error.starts_with(&want), "{error}");
    }
}

#[test]
fn closes_a_file_that_other_users_could_open() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.ndjson");
    std::fs::write(&path, "").expect("written");
    let open = std::fs::Permissions::from_mode(0o666);
    std::fs::set_permissions(&path, open).expect("set");
    let (_file, recovery) = RecordingFile::open(&path, false).expect("opened");
    assert_eq!(recovery.exposed, Some(ExposedPath { mode: 0o666, closed: true }));
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
}

#[test]
fn only_its_user_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.ndjson");
    let _file = RecordingFile::open(&path, false).expect("a new file");
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
}
