//! The files of the local certificate authority.

use super::client::authority;
use segscope::tls::{LocalAuthority, write_root_bundle, write_temporary_bundle};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn is_created_once_and_its_key_is_the_users_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("tls");
    let (first, notice) = LocalAuthority::open(&folder).expect("created");
    let notice = notice.expect("the user is told");
    assert_eq!(notice, format!("created a new local CA at {}", folder.display()));
    assert_eq!(first.root_file(), folder.join("rootCA.pem"));
    assert_eq!((mode(&folder), mode(&folder.join("rootCA-key.pem"))), (0o700, 0o600));
    let (second, notice) = LocalAuthority::open(&folder).expect("opened");
    assert_eq!((first.root_pem(), first.name()), (second.root_pem(), second.name()));
    assert_eq!(notice, None);
    let left: Vec<_> = std::fs::read_dir(home.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "nothing is left beside it: {left:?}");
    let other = tempfile::tempdir().expect("a folder");
    assert_ne!(authority(other.path()).name(), first.name(), "each has a name of its own");
}

#[test]
fn programs_that_start_at_the_same_time_use_the_same_one() {
    let home = tempfile::tempdir().expect("a folder");
    let roots: Vec<String> = std::thread::scope(|scope| {
        let open = || scope.spawn(|| authority(home.path()).root_pem());
        let threads: Vec<_> = (0..8).map(|_| open()).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(roots.iter().all(|root| *root == roots[0]));
}

#[test]
fn a_key_that_others_could_read_is_closed_to_them() {
    let home = tempfile::tempdir().expect("a folder");
    authority(home.path());
    let key = home.path().join("tls/rootCA-key.pem");
    std::fs::set_permissions(&key, PermissionsExt::from_mode(0o644)).expect("set");
    let (_, notice) = LocalAuthority::open(&home.path().join("tls")).expect("opened");
    assert!(notice.expect("the user is told").contains("was open to other users (mode 644)"));
    assert_eq!(mode(&key), 0o600);
}

#[test]
fn damaged_files_are_named_and_not_replaced() {
    let other = tempfile::tempdir().expect("a folder");
    authority(other.path());
    let foreign = |name: &str| std::fs::read_to_string(other.path().join("tls").join(name));
    let foreign_key = foreign("rootCA-key.pem").expect("a file");
    let not_ours = super::client::write_certificate(other.path(), "x", (-1, 9));
    let [not_ours, its_key] = not_ours.map(|file| std::fs::read_to_string(file).expect("a file"));
    let old = super::client::write_certificate(other.path(), "old", (-9, -2));
    let [old, old_key] = old.map(|file| std::fs::read_to_string(file).expect("a file"));
    for (root, key, want) in [
        (Some("what"), None, "rootCA.pem holds no certificate in PEM"),
        (None, Some("what"), "rootCA-key.pem holds no private key in PEM"),
        (None, Some(foreign_key.as_str()), "rootCA-key.pem is not the key of rootCA.pem"),
        (Some(not_ours.as_str()), Some(its_key.as_str()), "rootCA.pem was not made by segscope"),
        (Some(old.as_str()), Some(old_key.as_str()), "rootCA.pem expired on 20"),
    ] {
        let home = tempfile::tempdir().expect("a folder");
        authority(home.path());
        let folder = home.path().join("tls");
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text);
        root.iter().for_each(|text| write("rootCA.pem", text).expect("written"));
        key.iter().for_each(|text| write("rootCA-key.pem", text).expect("written"));
        let error = LocalAuthority::open(&folder).expect_err(want).to_string();
        assert!(error.contains(want) && error.contains("delete that folder"), "{error}");
    }
    let home = tempfile::tempdir().expect("a folder");
    authority(home.path());
    let key = home.path().join("tls/rootCA-key.pem");
    std::fs::remove_file(&key).expect("removed");
    let error = LocalAuthority::open(&home.path().join("tls")).expect_err("half of it").to_string();
    assert!(error.contains("rootCA-key.pem could not be read"), "{error}");
    assert!(!key.exists());
}

#[test]
fn a_bundle_holds_the_systems_roots_further_files_and_the_authority_once() {
    let home = tempfile::tempdir().expect("a folder");
    let authority = authority(home.path());
    let folder = home.path().join("tls");
    // the roots of the machine that runs the test, if it has any
    let Ok(bundle) = write_root_bundle(&authority, &folder) else { return };
    assert_eq!(bundle.path, folder.join("bundle.pem"));
    let text = std::fs::read_to_string(&bundle.path).expect("a file");
    assert!(text.ends_with(&authority.root_pem()), "{text}");
    let count = |text: &str| text.matches("BEGIN CERTIFICATE").count();
    assert!(count(&text) > 1, "{text}");
    // further files are added once, and one that cannot be read is named
    let [own, _] = super::client::write_certificate(home.path(), "corporate", (-1, 9));
    let further = [own.into(), authority.root_file(), home.path().join("none.pem")];
    let more = write_temporary_bundle(&authority, &folder, &further).expect("written");
    assert_ne!(more.path, bundle.path, "each is a file of its own");
    let text = std::fs::read_to_string(&more.path).expect("a file");
    let old = std::fs::read_to_string(&bundle.path).expect("a file");
    assert_eq!(count(&text), count(&old) + 1);
    assert!(more.unread[0].contains("none.pem could not be read"), "{:?}", more.unread);
}

#[test]
fn removes_the_temporary_bundles_that_nobody_uses() {
    let home = tempfile::tempdir().expect("a folder");
    let authority = authority(home.path());
    let folder = home.path().join("tls");
    let Ok(bundle) = write_root_bundle(&authority, &folder) else { return };
    let write = |name: &str| {
        let [own, _] = super::client::write_certificate(home.path(), name, (-1, 9));
        write_temporary_bundle(&authority, &folder, &[own.into()]).expect("written")
    };
    let first = write("first");
    let second = write("second");
    assert!(first.path.exists() && second.path.exists(), "both are used");
    // a second program that needs the same certificates shares the file
    let [own, _] = super::client::write_certificate(home.path(), "third", (-1, 9));
    let further = [own.into()];
    let share = || write_temporary_bundle(&authority, &folder, &further).expect("written");
    let (third, same) = (share(), share());
    assert_eq!(third.path, same.path);
    let ended = second.path.clone();
    drop((second, third));
    let fourth = write("fourth");
    assert!(!ended.exists(), "its program has ended");
    // left by a program that was killed
    std::fs::write(&ended, "what").expect("written");
    assert!(first.path.exists() && same.path.exists() && fourth.path.exists(), "all are used");
    assert!(bundle.path.exists(), "whoever read its path may use it at any time");
    // one that was damaged is written again, and what is not a bundle stays
    let damaged = fourth.path.clone();
    drop(fourth);
    std::fs::write(&damaged, "what").expect("written");
    let others = ["run-bundle-notes.txt", "bundle-01234567.pem"].map(|name| folder.join(name));
    others.iter().for_each(|file| std::fs::write(file, "mine").expect("written"));
    let own = home.path().join("fourth.pem");
    let again = write_temporary_bundle(&authority, &folder, &[own]).expect("written");
    assert_eq!(again.path, damaged);
    assert!(std::fs::read_to_string(&damaged).expect("a file").contains("BEGIN CERTIFICATE"));
    assert!(!ended.exists(), "nobody uses what a killed program left");
    assert!(others.iter().all(|file| file.exists()));
}
