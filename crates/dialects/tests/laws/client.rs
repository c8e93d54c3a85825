//! A client of a plane, without proof of who it is.

use serde_json::Value;

use crate::support::golden_file::Exchange;
use crate::support::plane::Plane;
use crate::support::scene::Scene;

pub const PROJECT: &str = "0123456789abcdef0123456789abcdef";

pub struct Client {
    pub plane: Plane,
}

impl Client {
    /// A client of a new plane, given these lines of a scene.
    pub fn of(given: &[&str]) -> Client {
        let given: Vec<String> = given.iter().map(|line| (*line).to_owned()).collect();
        let scene = Scene::read(&given).expect("the scene reads");
        Client { plane: Plane::open(scene) }
    }

    /// Status and body of an answer.
    pub fn send(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.send_with(method, path, &[], body)
    }

    pub fn send_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> (u16, Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let own = [("content-type", "application/json")];
        let headers = own.iter().chain(headers);
        let exchange = Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: headers.map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            body: if body.is_null() { String::new() } else { body.to_string() },
            text: Vec::new(),
            response: String::new(),
        };
        let answer = self.plane.exchange("huawei", &exchange).expect("the dialect takes it");
        let body = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        (answer.status, body)
    }

    pub fn get(&mut self, path: &str) -> (u16, Value) {
        self.send("GET", path, &Value::Null)
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
