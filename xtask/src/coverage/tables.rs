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

/// Operations for which the vendor's SDK has no method, and how the tests call them: with OpenStack's
/// own SDK, or by a word of the shared client, which signs and sends them by the vendor's means.
pub const WITHOUT_METHOD: &[(&str, &str)] = &[
    ("NovaAttachVolume", "compute.create_volume_attachment("),
    ("NovaCreateServerGroup", "compute.create_server_group("),
    ("NovaCreateServerMetadata", "replace=True"),
    ("NovaDeleteServerGroup", "compute.delete_server_group("),
    ("NovaDeleteServerMetadataItem", "compute.delete_server_metadata("),
    ("NovaDetachInterface", "compute.delete_server_interface("),
    ("NovaDetachVolume", "compute.delete_volume_attachment("),
    ("NovaListFlavors", "compute.flavors(details=False"),
    ("NovaListFlavorsDetails", "compute.flavors()"),
    ("NovaListServerActions", "compute.server_actions("),
    ("NovaListServerGroups", "compute.server_groups("),
    ("NovaListServerInterfaces", "compute.server_interfaces("),
    ("NovaListServerVolumes", "compute.volume_attachments("),
    ("NovaLockServer", "compute.lock_server("),
    ("NovaRebootServer", "compute.reboot_server("),
    ("NovaShowFlavor", "compute.get_flavor("),
    ("NovaShowServerAction", "compute.get_server_action("),
    ("NovaShowServerGroup", "compute.get_server_group("),
    ("NovaShowServerMetadata", "compute.fetch_server_metadata("),
    ("NovaShowServerMetadataItem", ".get_metadata_item("),
    ("NovaShowServerVolume", "compute.get_volume_attachment("),
    ("NovaStartServer", "compute.start_server("),
    ("NovaStopServer", "compute.stop_server("),
    ("NovaUnlockServer", "compute.unlock_server("),
    ("NovaUpdateServer", "compute.update_server("),
    ("NovaUpdateServerMetadata", "compute.set_server_metadata("),
    ("NovaUpdateServerMetadataItem", ".set_metadata_item("),
    ("RegisterServerAutoRecovery", "huawei.register_server_auto_recovery("),
    ("ShowRecycleBinServer", "huawei.show_recycle_bin_server("),
    ("ShowRecycleBinServer", "huawei.show_recycle_bin_server("),
    ("ShowServerAutoRecovery", "huawei.show_server_auto_recovery("),
];
