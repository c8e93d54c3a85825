use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, with_details};
use crate::model::{Fault, ServerId};

/// Forget the password that was made for a server. The server's own stays what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgetPassword {
    pub server: ServerId,
}

impl EditRules for ForgetPassword {
    fn name(&self) -> &'static str {
        "forget_password"
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let server = desk.server(self.server)?;
        Ok(with_details(server, |details| details.encrypted_password = None).into())
    }
}
