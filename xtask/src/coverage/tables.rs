//! The facts that cannot be derived.

use super::operations::Mark;

/// Served, but what is told is the same on every plane, and why.
pub const FIXED: &[(&str, &str)] = &[
    ("NovaListVersions", "the versions of the API"),
    ("NovaShowVersion", "one version of the API"),
];

/// Not served on purpose, and why. What is merely to come needs no row.
pub const ABSENT: &[(&str, &str)] = &[];

/// Operations that share method and path with others, and what tells them apart.
pub const MARKS: &[(&str, Mark)] = &[
    ("BatchStartServers", Mark::Key("os-start")),
    ("BatchStopServers", Mark::Key("os-stop")),
    ("BatchRebootServers", Mark::Key("reboot")),
    ("AddServerGroupMember", Mark::Key("add_member")),
    ("DeleteServerGroupMember", Mark::Key("remove_member")),
    ("BatchCreateServerTags", Mark::Value("/action", &["create", "update"])),
    ("BatchDeleteServerTags", Mark::Value("/action", &["delete"])),
    ("DisassociateServerVirtualIp", Mark::Value("/nic/ip_address", &[""])),
    ("AssociateServerVirtualIp", Mark::NotValue("/nic/ip_address", "")),
    ("NovaAssociateSecurityGroup", Mark::Key("addSecurityGroup")),
    ("NovaDisassociateSecurityGroup", Mark::Key("removeSecurityGroup")),
    ("NovaLockServer", Mark::Key("lock")),
    ("NovaUnlockServer", Mark::Key("unlock")),
    ("NovaRebootServer", Mark::Key("reboot")),
    ("NovaStartServer", Mark::Key("os-start")),
    ("NovaStopServer", Mark::Key("os-stop")),
    // Other services have versions of their own.
    ("NovaShowVersion", Mark::Path(&["/v2", "/v2.1"])),
];

/// Operations that the published SDK has and the published definitions lack.
pub const SDK_ONLY: &[(&str, &str, &str)] = &[
    ("ListServersByTag", "POST", "/v1/{project_id}/cloudservers/resource_instances/action"),
    (
        "ShowAppendableVolumeQuota",
        "GET",
        "/v1/{project_id}/cloudservers/{server_id}/appendvolumequota",
    ),
    ("ShowFlavorCapacity", "GET", "/v1/{project_id}/cloudservers/flavors/{flavor_id}/resources"),
    ("ShowMetadataOptions", "GET", "/v1/{project_id}/cloudservers/{server_id}/metadata-options"),
    (
        "ShowSerialConsoleActions",
        "POST",
        "/v1/{project_id}/cloudservers/{server_id}/actions/serial-console",
    ),
    (
        "ShowServerAttachableNicNum",
        "GET",
        "/v1/{project_id}/cloudservers/{server_id}/os-interface_extension",
    ),
    ("ShowServerConsoleOutput", "GET", "/v1/{project_id}/cloudservers/{server_id}/console-output"),
    ("UpdateMetadataOptions", "PUT", "/v1/{project_id}/cloudservers/{server_id}/metadata-options"),
    ("UpdateRecycleBin", "PUT", "/v1/{project_id}/recycle-bin"),
    ("UpdateRecycleBinPolicy", "PUT", "/v1/{project_id}/recycle-bin/policy"),
    ("UpdateScheduledEvent", "PUT", "/v3/{project_id}/instance-scheduled-events/{id}"),
    (
        "UpdateSerialConsoleOptions",
        "PUT",
        "/v1/{project_id}/cloudservers/{server_id}/serial-console-options",
    ),
    (
        "UpdateServerInterface",
        "PUT",
        "/v1/{project_id}/cloudservers/{server_id}/os-interface/{port_id}",
    ),
];
