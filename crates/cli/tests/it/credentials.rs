//! Who is let in, said from the command line.

use insta::assert_snapshot;

use crate::cli::Person;
use crate::daemon::Daemon;

const KEYS: &str = "AKEXAMPLE:SKEXAMPLE:0123456789abcdef0123456789abcdef";

#[test]
fn a_new_key_pair_lets_in_as_far_as_its_role_goes_until_it_is_removed() {
    let daemon = Daemon::start(&["--ephemeral", "--fleet=1", "--seed=7", "--credential", KEYS]);
    let person = Person { daemon: &daemon };
    assert_snapshot!(person.says(&["credential", "ls"]));
    let made = person.json(&["credential", "add", "reader"]);
    let of = |name: &str| made[name].as_str().unwrap().to_owned();
    let (access_key, secret_key) = (of("access_key"), of("secret_key"));
    let reader = |words: &[&str]| {
        let mut command = person.command();
        command.env_remove("REGIMENT_TOKEN");
        command.env("REGIMENT_ACCESS_KEY", &access_key).env("REGIMENT_SECRET_KEY", &secret_key);
        let output = command.args(words).output().unwrap();
        person.told(words, &output).replace(&access_key, "ACCESS_KEY")
    };
    assert_snapshot!(reader(&["servers"]));
    assert_snapshot!(reader(&["stop", "server-*"]));
    assert_snapshot!(reader(&["credential", "ls"]));
    let listed = person.says(&["credential", "ls"]);
    assert!(listed.contains(&access_key) && !listed.contains(&secret_key), "{listed}");
    assert_eq!(person.status(&["credential", "rm", &access_key]), Some(0));
    assert_snapshot!(reader(&["servers"]));
    assert_snapshot!(person.says(&["credential", "rm", "nobody"]));
    let told = person.says(&["credential", "add", "operator"]);
    assert!(told.contains("\naccess key  ") && told.contains("\nsecret key  "), "{told}");
}
