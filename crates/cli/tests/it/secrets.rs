use std::path::Path;

use crate::daemon::Daemon;
use crate::http;
use crate::signed::{Client, targets};

const PASSWORD: &str = "Un1quePassw0rd";

fn in_folder(folder: &Path, word: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[test]
fn secrets_are_shown_once_and_are_in_no_log_and_no_file() {
    for format in ["human", "json"] {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("data");
        let arguments = ["--log", "trace", "--log-format", format, "--pace", "instant"];
        let mut daemon = Daemon::kept_in(&folder, &arguments);
        let client = Client::of(&daemon);
        let servers = client.servers();
        let all = targets(&servers);
        let password = ("password".to_owned(), PASSWORD.to_owned());
        let told = client.call("StopInstances", &all).unwrap();
        let last = told["detail"][servers.last().unwrap()]["requestId"].as_str().unwrap();
        crate::daemon::wait_for("the stop", || client.task(last) != Some(2));
        let told = client.call("ResetInstancePassword", &[all, vec![password]].concat()).unwrap();
        assert_eq!(told["code"], 0, "{told}");
        // A signature that does not fit, so that there is a refusal to log.
        let path = format!("/v2/index.php?Action=X&password={PASSWORD}&SecretId=x&Signature=y");
        http::get(&daemon.address(), &path);
        let token = daemon.said("token");
        let headers = [("X-Auth-Token", token.as_str()), ("Authorization", "SDK-HMAC-SHA256 abc")];
        let body = format!("{{\"new_password\":\"{PASSWORD}\",\"servers\":[]}}");
        let target = format!("/v1/{}/cloudservers/os-reset-passwords", daemon.said("project_id"));
        http::call(&daemon.address(), "PUT", &target, &headers, &body).unwrap();
        assert!(daemon.terminate().success());

        let (stdout, stderr) = (daemon.stdout(), daemon.stderr());
        assert!(stderr.contains("/v2/index.php"), "requests are logged:\n{stderr}");
        let secret_key = daemon.said("secret_key");
        assert_eq!(stdout.matches(&secret_key).count(), 1, "{stdout}");
        assert_eq!(stdout.matches(&token).count(), 2, "the token and the request to copy");
        assert!(!stdout.contains(PASSWORD));
        for word in [PASSWORD, &secret_key, &token, "Signature=", "SDK-HMAC-SHA256"] {
            assert!(!stderr.contains(word), "{word} is in the log:\n{stderr}");
            assert!(!in_folder(&folder, word), "{word} is in the data folder");
        }
        assert!(in_folder(&folder, &daemon.said("access_key")), "the search can find");
    }
}
