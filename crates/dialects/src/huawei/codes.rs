//! Every code that this dialect can say, with the status it comes with and when it is said.
//!
//! Codes inside a job or beside a server in a batch have no status of their own: the table gives the
//! documented one. `docs/errors/huawei.md` is written from this table, and the tests hold every code in
//! the sources and every golden against it.

/// A code with a status. One that comes with several statuses has a row for each.
pub(super) struct Said {
    pub code: &'static str,
    pub status: u16,
    pub meaning: &'static str,
    pub when: &'static str,
    pub shown: Shown,
}

/// Where a golden shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// As the answer to a request.
    Answer,
    /// As the reason of a sub-job, or of one server in a batch.
    Inside,
    /// Nowhere, for this reason.
    Nowhere(&'static str),
}

const fn answer(
    code: &'static str,
    status: u16,
    meaning: &'static str,
    when: &'static str,
) -> Said {
    Said { code, status, meaning, when, shown: Shown::Answer }
}

const fn inside(
    code: &'static str,
    status: u16,
    meaning: &'static str,
    when: &'static str,
) -> Said {
    Said { code, status, meaning, when, shown: Shown::Inside }
}

impl Said {
    const fn nowhere(self, why: &'static str) -> Said {
        Said { shown: Shown::Nowhere(why), ..self }
    }
}

const BESIDE: &str = "a test beside the dialect asks for it";

#[rustfmt::skip]
pub(super) const CODES: &[Said] = &[
    answer("APIGW.0101", 404, "no such API", "the path, or the method on it, is not served"),
    answer("APIGW.0201", 413, "body too large", "the body is larger than 12 MiB").nowhere(BESIDE),
    answer("APIGW.0201", 502, "backend unavailable", "the plane is ending, or failed inside").nowhere(BESIDE),
    answer("APIGW.0301", 401, "not authenticated", "a wrong, late or missing signature; an unknown key; a token that is none"),
    answer("APIGW.0308", 429, "throttled", "more was asked in a short time than `--limits` allows"),

    answer("Common.0001", 500, "system exception", "a fault of Regiment itself").nowhere("nothing known brings it about"),
    answer("Common.0002", 400, "empty body", "a body is needed and there is none"),
    answer("Common.0011", 400, "invalid job", "the job asked for is not there, or another project's"),
    answer("Common.0013", 401, "invalid token", "the caller's key was taken away while the request was under way").nowhere("a race"),
    answer("Common.0018", 400, "another project", "a job is asked for under another project's path"),
    inside("Common.0021", 400, "a sub-job failed", "the reason of a job of which any server failed; each server has its own"),
    inside("Common.0999", 400, "cancelled", "a job was stopped before this server's turn came: by its owner, its failure limit or its deadline; the reason of a job in which nothing failed but that"),
    answer("Common.1503", 429, "too much at once", "2,000,000 servers are in jobs under way, or 600,000 client tokens remembered").nowhere("it takes too many"),

    answer("Ecs.0000", 400, "request error", "a fault of load balancers, or of an order on a job, which no request of this dialect can meet").nowhere("these APIs know no load balancers and no orders on jobs"),
    answer("Ecs.0000", 404, "request error", "a metadata key, a launch template or a scheduled event is not there; the vendor names no code for them"),
    answer("Ecs.0001", 400, "quota exceeded", "the project has as many servers, vCPUs, memory, key pairs or launch templates as it may"),
    answer("Ecs.0005", 400, "invalid parameter", "a field or the body is not as defined, or something is not allowed that has no code of its own"),
    answer("Ecs.0005", 403, "invalid parameter", "the primary interface is to be deleted, which the pages answer with 403 and no code"),
    answer("Ecs.0010", 400, "private address in use", "another interface has the address"),
    answer("Ecs.0011", 400, "unfit password", "the password is too plain, or not fit for the server's system"),
    answer("Ecs.0012", 400, "subnet full", "no address of the subnet is free"),
    answer("Ecs.0014", 400, "network parameters", "a group the server is not in; an interface in another subnet; a network that cannot be changed"),
    answer("Ecs.0022", 400, "server group quota", "a project has ten groups, a group sixteen servers"),
    answer("Ecs.0023", 400, "another project", "the path names another project than the caller's"),
    answer("Ecs.0029", 400, "no such flavor", "the flavor is not there"),
    answer("Ecs.0031", 400, "no such image", "the image is not there"),
    answer("Ecs.0039", 400, "address outside the subnet", "the address is not one the subnet gives out"),
    answer("Ecs.0041", 400, "bad description", "longer than 85 characters, or with < or >"),
    answer("Ecs.0050", 400, "too many interfaces", "a server has twelve"),
    inside("Ecs.0057", 400, "disk attached already", "in `details`, beside `Ecs.0005`"),
    answer("Ecs.0064", 400, "subnet of another network", "the subnet is not in the network named"),
    answer("Ecs.0082", 400, "bad time of deletion", "no time, or not from 30 minutes to three years ahead"),
    answer("Ecs.0083", 403, "time of deletion passed", "the time lies in the past"),
    answer("Ecs.0084", 400, "no time of deletion", "the server is paid for in advance"),
    answer("Ecs.0085", 400, "no such interface", "the server does not have it"),
    answer("Ecs.0100", 400, "wrong state", "the server must be stopped, or running, or whole; a scheduled event is past that, or not so far"),
    answer("Ecs.0102", 400, "system disk", "the system disk is to be detached"),
    answer("Ecs.0103", 400, "disk not available", "the disk is not there, or in another server"),
    answer("Ecs.0104", 400, "too many disks", "a server has 24"),
    answer("Ecs.0111", 400, "disk not attached", "the disk to be detached is not in the server"),
    answer("Ecs.0111", 404, "disk not attached", "the same, where a path names the disk: clients take a 404 for gone"),
    answer("Ecs.0112", 400, "not paid by use", "a server that is to be migrated is paid for in advance"),
    answer("Ecs.0114", 404, "no such server", "the server in the path is not there, or another project's"),
    answer("Ecs.0118", 400, "too many in one batch", "1,000 for power, deletion, passwords and names; 50 to resize; 16 for a shared disk; 10 for the charge mode"),
    answer("Ecs.0121", 400, "disk elsewhere", "disk and server are in different zones"),
    answer("Ecs.0122", 400, "client token reused", "the token came with another request before"),
    answer("Ecs.0123", 400, "bad client token", "the token is no lower-case UUID"),
    answer("Ecs.0124", 400, "client token expired", "the token was first used from 8 to 16 hours ago"),
    inside("Ecs.0204", 400, "creation failed", "the server could not be made"),
    inside("Ecs.0205", 400, "attaching failed", "the disk could not be attached"),
    inside("Ecs.0207", 400, "resize failed", "the server could not be resized"),
    inside("Ecs.0217", 400, "interface not attached", "the interface could not be added"),
    inside("Ecs.0219", 400, "no room", "no host that is up has room for the server"),
    answer("Ecs.0221", 400, "same dedicated host", "a server is to be migrated to where it is"),
    inside("Ecs.0226", 400, "start failed", "the server could not be started"),
    inside("Ecs.0227", 400, "reboot failed", "the server could not be rebooted"),
    answer("Ecs.0301", 400, "query failed", "the console of the server cannot be read"),
    answer("Ecs.0313", 400, "no such server group", "a server is to be made in a group that is not there"),
    answer("Ecs.0313", 404, "no such server group", "the group in the path is not there: clients take a 404 for gone"),
    answer("Ecs.0314", 400, "no such key pair", "a server is to have a key pair that is not there"),
    inside("Ecs.0501", 400, "deletion failed", "the server could not be deleted"),
    inside("Ecs.0507", 400, "interface not removed", "the interface could not be taken away"),
    answer("Ecs.0603", 501, "busy", "another operation is under way on the server, or this one has not ended in time"),
    answer("Ecs.0605", 400, "locked", "the server was locked by Nova's `lock`"),
    answer("Ecs.0610", 400, "password not set", "the agent in the server refused, or setting it failed"),
    answer("Ecs.0611", 400, "batch failed", "any server of a batch that answers for each one failed"),
    inside("Ecs.0613", 400, "no agent", "the agent in the server does not answer"),
    answer("Ecs.0614", 404, "no such server", "none of a batch's servers is there; or one of them, inside"),
    answer("Ecs.0704", 400, "spot server", "a spot server is to be resized"),
    answer("Ecs.0804", 400, "flavor does not fit", "a server is to become smaller where that is not allowed").nowhere("these APIs allow it"),
    answer("Ecs.0810", 400, "same flavor", "the server has the flavor already"),
    answer("Ecs.0905", 400, "too many tags", "a server has ten, a launch template twenty"),
    answer("Ecs.0906", 400, "bad tag", "a key or a value of a wrong length"),
    answer("Ecs.0907", 400, "bad tag", "a character that no tag may have"),
    answer("Ecs.0908", 400, "key twice", "one key in two tags"),
    answer("Ecs.0913", 400, "too many to create", "100 at once"),
    answer("Ecs.0914", 400, "name too long", "128 characters, 64 where not all are ASCII, fewer with a number to come"),
    answer("Ecs.0915", 400, "bad name", "a character that no name may have"),
    answer("Ecs.0919", 400, "port in use", "the port belongs to another server"),
    inside("Ecs.1000", 400, "the machine failed", "a step failed of an operation that has no code of its own"),
    inside("Ecs.1001", 400, "host down", "the host of the server is down"),
    inside("Ecs.1002", 400, "too late", "the machine, or its host, did not answer in time"),

    answer("EVS.1003", 400, "bad name", "disks: the name is too long"),
    answer("EVS.1004", 400, "bad description", "disks: the description is too long, or has < or >"),
    answer("EVS.1009", 400, "bad body", "disks: the body is not that of a disk to make"),
    answer("EVS.1010", 400, "bad size", "disks: no disk can have the size"),
    answer("EVS.1011", 400, "bad body", "disks: the body is not that of an extension"),
    answer("EVS.1015", 400, "not smaller", "disks: the disk is as large as that, or larger"),
    answer("EVS.5400", 400, "invalid parameter", "disks: all else about a request; a disk in use"),
    answer("EVS.5404", 404, "no such disk", "disks: the disk in the path is not there"),
    answer("EVS.5413", 413, "quota", "disks: the project has as many as it may have"),
    inside("EVS.5500", 500, "failed", "disks: the work on the disk failed"),
    answer("IMG.0001", 400, "invalid parameter", "images: a filter, a page or an order of a list"),
    answer("IMG.0024", 400, "bad kind", "images: a kind of image that there is not"),
    answer("IMG.0027", 404, "no such image", "images: the image in the path is not there"),
    answer("Pdp.0001", 403, "not allowed", "the role of the credential does not allow it: a reader orders nothing"),
    answer("VPC.0100", 404, "no such network", "networks: the network in the path is not there"),
    answer("VPC.0202", 404, "no such subnet", "networks: the subnet in the path is not there"),
    answer("VPC.0301", 404, "no such port", "networks: the port in the path is not there"),
    answer("VPC.0602", 404, "no such group", "networks: the security group in the path is not there"),
];

mod tests;
