use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Desk, EditRules, Edited, Put};
use crate::limits::CREDENTIALS_MAX;
use crate::model::{Credential, Fault, FaultKind, Role};
use crate::vault::Sealed;

/// Let somebody else in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddCredential {
    pub access_key: Arc<str>,
    pub secret_key: Sealed,
    pub role: Role,
}

impl EditRules for AddCredential {
    fn name(&self) -> &'static str {
        "add_credential"
    }

    fn needs(&self) -> Role {
        Role::Admin
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let AddCredential { access_key, secret_key, role } = self.clone();
        let (project, created_at) = (desk.project, Some(desk.now));
        if desk.world.credentials_of(project).count() >= CREDENTIALS_MAX {
            return Err(Fault::with(FaultKind::QuotaExceeded, "credentials"));
        }
        // Access keys are drawn, so one that is there already is no chance.
        if desk.world.credential(&access_key).is_some() {
            return Err(FaultKind::Internal.into());
        }
        Ok(Put::Credential(Credential { access_key, project, secret_key, role, created_at }).into())
    }
}

/// Let somebody in no more, nor any token of theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveCredential {
    pub access_key: Arc<str>,
}

impl EditRules for RemoveCredential {
    fn name(&self) -> &'static str {
        "remove_credential"
    }

    fn needs(&self) -> Role {
        Role::Admin
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let credential = desk.world.credential(&self.access_key);
        let Some(credential) = credential.filter(|one| one.project == desk.project) else {
            return Err(Fault::with(FaultKind::CredentialNotFound, self.access_key.clone()));
        };
        let mut others = desk.world.credentials_of(desk.project);
        let is_other =
            |one: &Credential| one.role == Role::Admin && one.access_key != credential.access_key;
        if credential.role == Role::Admin && !others.any(is_other) {
            return Err(FaultKind::LastAdmin.into());
        }
        Ok(Put::NoCredential(credential.access_key.clone()).into())
    }
}
