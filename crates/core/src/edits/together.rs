use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Desk, Edit, EditRules, Edited, Put};
use crate::model::{Fault, FaultKind, Role};

/// Several edits, all of them or none. Each is planned against the world as it is, so no two may be of
/// the same server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Together {
    pub edits: Vec<Edit>,
}

impl EditRules for Together {
    fn name(&self) -> &'static str {
        "together"
    }

    fn needs(&self) -> Role {
        self.edits.iter().map(Edit::needs).max().unwrap_or(Role::Operator)
    }

    fn plan(&self, desk: Desk<'_>) -> Result<Edited, Fault> {
        let Desk { world, project, now, chance } = desk;
        let mut all = Edited::default();
        for edit in &self.edits {
            let desk = Desk { world, project, now, chance: &mut *chance };
            let Edited { puts, answers } = edit.plan(desk)?;
            all.puts.extend(puts);
            all.answers.extend(answers);
        }
        let mut seen = BTreeSet::new();
        let mut twice = |put: &Put| matches!(put, Put::Server { id, .. } if !seen.insert(*id));
        if all.puts.iter().any(&mut twice) {
            return Err(FaultKind::Internal.into());
        }
        Ok(all)
    }
}
