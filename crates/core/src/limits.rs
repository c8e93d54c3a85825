//! Every limit of the core, each with its reason and where the number comes from. Limits that are
//! a vendor's own (1,000 servers a batch, 50 to resize …) stand in that vendor's dialect.

/// Targets in one command. A fleet of this size is what one process is sized for (design, promises).
pub const TARGETS_MAX: usize = 1_000_000;

/// Servers one create command may make. The largest any dialect asks for is 500; native orders may
/// ask for more, and a thousand records still fit one turn.
pub const CREATE_MAX: usize = 1_000;

/// Listeners on one load balancer, and backends behind it: the vendor's published quota is 50 and
/// 100; ours leaves room while one record stays small.
pub const LISTENERS_MAX: usize = 100;
pub const BACKENDS_MAX: usize = 1_000;

/// Addresses that one interface has beside its own (the largest that a vendor publishes).
pub const NIC_ADDRESSES_MAX: usize = 29;

/// Interfaces with a life of their own in one project: what a large project is granted.
pub const INTERFACES_MAX: usize = 1_000;

/// Public addresses of one project: each look at a server asks them all where they lead.
pub const PUBLIC_ADDRESSES_MAX: usize = 100;

/// Ways out of the networks of one project: every look at one kind looks at all.
pub const GATEWAYS_MAX: usize = 200;

/// Public addresses of one gateway, and translations of one line (what the vendor publishes is 4 and
/// 100).
pub const GATEWAY_ADDRESSES_MAX: usize = 10;
pub const TRANSLATIONS_MAX: usize = 100;

/// How long a project may take to answer another one that wants to connect their networks.
pub const PEERING_ASKED_MS: i64 = 7 * DAY_MS;

/// Forwarding rules of one listener: the vendor's published quota is 50.
pub const RULES_MAX: usize = 100;

/// Interfaces of one server: what both vendors' largest shapes take is 12 and 15.
pub const NICS_MAX: usize = 12;

/// Server groups in a project, and servers in a group: what public clouds allow.
pub const SERVER_GROUPS_MAX: usize = 10;
pub const SERVER_GROUP_MEMBERS_MAX: usize = 16;

/// Key pairs of one project: the vendor's published quota is 100; ours is what a list shows at once.
pub const KEY_PAIRS_MAX: usize = 1_000;

/// Credentials of one project: each who orders, and each program, has its own.
pub const CREDENTIALS_MAX: usize = 1_000;

/// Images that a project may have in one region, and projects that it may share one with (the
/// vendor's published limits).
pub const IMAGES_MAX: usize = 500;
pub const IMAGE_SHARES_MAX: usize = 500;

/// Orders that a server remembers, so that it can be asked what was done to it. 128 bytes each at
/// the most: a client that looks at what went wrong looks at the newest.
pub const ORDERS_REMEMBERED_MAX: usize = 16;

/// Sub-jobs in flight over all jobs. 100 bytes each: about 200 MB at the limit.
pub const SUB_JOBS_IN_FLIGHT_MAX: usize = 2_000_000;

/// Sub-jobs that may be with the driver at a time unless the configuration says otherwise. A
/// simulated fleet is bound by memory alone; a driver of real machines queues by itself.
pub const LANES: usize = 100_000;

/// A client token leads to its first receipt for 8 hours (the vendor's published figure).
pub const TOKEN_LIFE_MS: i64 = 8 * 3_600_000;

/// … and is refused for as long again, so that a late repetition does not make everything twice.
pub const TOKEN_REFUSED_MS: i64 = TOKEN_LIFE_MS;

/// Client tokens remembered; at 10 calls a second for 16 hours this is 576,000.
pub const TOKENS_MAX: usize = 600_000;

/// Characters in a client token (the longest a vendor takes is 64).
pub const TOKEN_CHARS_MAX: usize = 64;

/// Finished jobs are readable for 24 hours unless the configuration says otherwise.
pub const RETENTION_MS: i64 = 24 * 3_600_000;

/// The log is folded into rows when it has grown by this much: replaying it at start takes a few
/// tenths of a second.
pub const LOG_BYTES_MAX: usize = 32 << 20;

/// … or by this much for each server, if that is more: an order writes about 20 bytes a server to
/// the log, so each row is written once for about a dozen orders. Replaying it at a million servers
/// takes about as long as reading the rows themselves.
pub const LOG_BYTES_PER_SERVER: usize = 256;

/// Events that readers can go back by at least, as long as the turn they came in is kept whole: a job of
/// 10,000 servers several times over …
pub const PAST_EVENTS: u64 = 100_000;
/// … unless there are more turns than this since …
pub const PAST_TURNS_MAX: usize = 10_000;
/// … or, after a restart, if that is more bytes of log than this: they are read at start, which they
/// make some hundredths of a second longer.
pub const PAST_BYTES_MAX: usize = 4 << 20;

/// Webhooks of one project: each is told of each event it wants.
pub const WEBHOOKS_MAX: usize = 20;

/// What a webhook did not take and may be given again: what is oldest goes first.
pub const DEAD_LETTERS_MAX: usize = 1_000;

/// Events that a webhook may be behind before it loses what is oldest: at most some 300 MB of disk.
pub const OUTBOX_EVENTS_MAX: u64 = 1_000_000;

/// Events in one row of what is still to be told: read at once by whoever tells them.
pub const OUTBOX_ROW_EVENTS: usize = 256;

/// Rows of it that one turn looks at to delete them.
pub const OUTBOX_SWEPT_MAX: usize = 256;

/// A step that met a busy or unreachable host is tried again this often …
pub const RETRIES_MAX: u8 = 4;
/// … first after this long, doubled each time.
pub const RETRY_AFTER_MS: i64 = 500;

/// Sizes of waves that one order lists: more are repetitions of the last, which need no list.
pub const WAVES_MAX: usize = 32;

/// Between two waves: long enough to look at a wave for a week. Longer is another order.
pub const PAUSE_MS_MAX: i64 = 7 * DAY_MS;

/// How far ahead an order starts or ends. All that time it keeps its servers busy.
pub const ORDERS_AHEAD_MS_MAX: i64 = 30 * DAY_MS;

/// Tries after the first one that an order may ask for on each server. Each stays listed, and a
/// step counts its tries in one byte: (1 + 10) × (1 + [`RETRIES_MAX`]) is far below.
pub const RETRY_ATTEMPTS_MAX: u8 = 10;

/// The longest wait for a further try, whatever doubling comes to.
pub const BACKOFF_MS_MAX: i64 = 3_600_000;

pub(crate) const DAY_MS: i64 = 24 * 3_600_000;

/// Scheduled events that are over are listed for a week, like jobs for a day: they are few.
pub const SCHEDULED_EVENT_KEPT_MS: i64 = 7 * 24 * 3_600_000;

/// Characters in a name, in any dialect.
pub const NAME_CHARS_MAX: usize = 128;

/// Volumes in one server, the boot disk among them: one and the 23 data disks that the vendor's
/// published limit allows, and as many as there are device letters for.
pub const VOLUMES_MAX: usize = 24;

/// Servers that one shareable disk may be in at once (the vendor's published limit).
pub const DISK_SERVERS_MAX: usize = 16;
