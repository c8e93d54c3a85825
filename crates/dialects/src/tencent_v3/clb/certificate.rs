//! Certificates as a client names them and as they are shown. They are named, not sent: there is no
//! store of certificates here.

use std::sync::Arc;

use regiment_core::model::Certificates;
use serde::{Deserialize, Serialize};

use crate::tencent_v3::faults::Refusal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Wanted {
    #[serde(rename = "SSLMode")]
    mode: Option<String>,
    #[serde(rename = "SSLVerifyClient")]
    verify_client: Option<String>,
    cert_id: Option<String>,
    cert_ca_id: Option<String>,
    cert_name: Option<String>,
    cert_key: Option<String>,
    cert_content: Option<String>,
    cert_ca_name: Option<String>,
    cert_ca_content: Option<String>,
}

impl Wanted {
    pub fn read(&self) -> Result<Certificates, Refusal> {
        let sent = [
            ("Certificate.CertName", &self.cert_name),
            ("Certificate.CertKey", &self.cert_key),
            ("Certificate.CertContent", &self.cert_content),
            ("Certificate.CertCaName", &self.cert_ca_name),
            ("Certificate.CertCaContent", &self.cert_ca_content),
        ];
        if let Some((name, _)) = sent.iter().find(|(_, said)| said.is_some()) {
            return Err(Refusal::not_served(name));
        }
        match self.verify_client.as_deref() {
            None | Some("ON") => {}
            Some("OPTIONAL") => return Err(Refusal::not_served("Certificate.SSLVerifyClient")),
            Some(word) => {
                let name = "Certificate.SSLVerifyClient";
                return Err(Refusal::bad("InvalidParameterValue", name, word));
            }
        }
        let need = |said: &Option<String>, name: &str| -> Result<Arc<str>, Refusal> {
            let said = said.as_deref().filter(|said| !said.is_empty());
            said.map(Into::into).ok_or_else(|| Refusal::missing(name))
        };
        let of_clients = match self.mode.as_deref() {
            None | Some("UNIDIRECTIONAL") => None,
            Some("MUTUAL") => Some(need(&self.cert_ca_id, "Certificate.CertCaId")?),
            Some(mode) => {
                return Err(Refusal::bad("InvalidParameterValue", "Certificate.SSLMode", mode));
            }
        };
        Ok(Certificates { own: need(&self.cert_id, "Certificate.CertId")?, of_clients })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    #[serde(rename = "SSLMode")]
    mode: &'static str,
    #[serde(rename = "SSLVerifyClient")]
    verify_client: &'static str,
    cert_id: Arc<str>,
    cert_ca_id: Arc<str>,
    ext_cert_ids: [String; 0],
}

impl From<&Certificates> for Shown {
    fn from(certificates: &Certificates) -> Shown {
        let Certificates { own, of_clients } = certificates;
        let (mode, verify_client) = match of_clients {
            Some(_) => ("MUTUAL", "ON"),
            None => ("UNIDIRECTIONAL", "OFF"),
        };
        Shown {
            mode,
            verify_client,
            cert_id: own.clone(),
            cert_ca_id: of_clients.clone().unwrap_or_default(),
            ext_cert_ids: [],
        }
    }
}
