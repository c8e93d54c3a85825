//! This cloud's own limits, as its API reference states them.

/// Bytes of a body signed with an access key.
pub(super) const BODY_BYTES_MAX: usize = 12 << 20;
/// A signature is good this long before and after its date.
pub(super) const SIGNATURE_WINDOW_MS: i64 = 15 * 60_000;

/// Servers in one power action, deletion, password reset or renaming.
pub(super) const BATCH_MAX: usize = 1_000;
pub(super) const BATCH_RESIZE_MAX: usize = 50;
/// Servers whose charge mode is changed at once.
pub(super) const CHARGE_MODE_MAX: usize = 10;
/// Servers that a flavor's room is asked for.
pub(super) const FLAVOR_COUNT_MAX: usize = 1_000_000;
pub(super) const CREATE_MAX: i64 = 100;

/// Characters in a server's name; half that where not all are ASCII.
pub(super) const NAME_CHARS_MAX: usize = 128;
pub(super) const NAME_CHARS_MAX_WIDE: usize = 64;
/// Five characters are kept for the suffix `-0000`.
pub(super) const SUFFIX_CHARS: usize = 5;

pub(super) const NICS_MAX: usize = 12;
pub(super) const DATA_VOLUMES_MAX: usize = 23;
pub(super) const ROOT_VOLUME_GIB: std::ops::RangeInclusive<i64> = 1..=1024;
pub(super) const DATA_VOLUME_GIB: std::ops::RangeInclusive<i64> = 10..=32_768;
pub(super) const TAGS_MAX: usize = 10;
pub(super) const TAG_KEY_CHARS_MAX: usize = 36;
pub(super) const TAG_VALUE_CHARS_MAX: usize = 43;
/// Keys, and values of each, in a search for servers by their tags.
pub(super) const TAG_KEYS_ASKED_MAX: usize = 10;
pub(super) const TAG_VALUES_ASKED_MAX: usize = 10;
pub(super) const METADATA_MAX: usize = 10;
/// Keys of a server's metadata once it is made, as `maxServerMeta` tells.
pub(super) const METADATA_MADE_MAX: usize = 128;
pub(super) const GROUP_NAME_CHARS_MAX: usize = 255;
pub(super) const HOSTNAME_CHARS_MAX: usize = 64;
/// In `UpdateServer`, whose definition allows less than the others.
pub(super) const NAME_UPDATED_CHARS_MAX: usize = 64;
pub(super) const METADATA_CHARS_MAX: usize = 255;
pub(super) const DESCRIPTION_CHARS_MAX: usize = 85;
pub(super) const USER_DATA_CHARS_MAX: usize = 65_535;
pub(super) const TERMINATE_AFTER_MS_MIN: i64 = 30 * 60_000;
pub(super) const TERMINATE_AFTER_MS_MAX: i64 = 3 * 366 * 86_400_000;

/// Launch templates of a project; the wishes of one are bounded by ours, since the vendor names no bound.
pub(super) const TEMPLATES_MAX: u16 = 30;
pub(super) const TEMPLATE_NAME_CHARS_MAX: usize = 128;
pub(super) const TEMPLATE_DESCRIPTION_CHARS_MAX: usize = 1_024;
pub(super) const TEMPLATE_BYTES_MAX: usize = 128 << 10;
pub(super) const TEMPLATE_TAGS_MAX: usize = 20;
pub(super) const TEMPLATE_TAG_KEY_CHARS_MAX: usize = 128;
pub(super) const TEMPLATE_TAG_VALUE_CHARS_MAX: usize = 255;
pub(super) const TEMPLATE_PAGE_MAX: usize = 100;

/// Scheduled events on a page, and the servers that a list of them may name.
pub(super) const EVENT_PAGE: usize = 20;
pub(super) const EVENT_PAGE_MAX: usize = 100;
pub(super) const EVENT_INSTANCES_MAX: usize = 100;

/// Servers on a page: v1, and v1.1.
pub(super) const PAGE_MAX: usize = 1_000;
pub(super) const PAGE_DEFAULT: usize = 25;
pub(super) const PAGE_NUMBER_MAX: usize = 0x7FFF_FFFF;
pub(super) const PAGE_MAX_V11: usize = 100;
pub(super) const PAGE_DEFAULT_V11: usize = 10;

/// How long a deleted server stays in the recycle bin, and how old it must be to get there.
pub(super) const RETENTION_HOURS: std::ops::RangeInclusive<u32> = 1..=8_760;
pub(super) const RECYCLE_THRESHOLD_DAYS: std::ops::RangeInclusive<u32> = 0..=3_650;

/// How long an answer waits for the servers it speaks of. The vendor's SDK gives up after 120 s.
pub(super) const WAIT_MS: u32 = 30_000;

/// Disks made at once, and bytes of a disk's name or description.
pub(super) const DISKS_CREATE_MAX: i64 = 100;
pub(super) const DISK_NAME_BYTES_MAX: usize = 255;
pub(super) const DISK_METADATA_CHARS_MAX: usize = 255;
pub(super) const DISK_TAGS_MAX: usize = 10;

/// Lines of a console that are told when no number is asked for.
pub(super) const CONSOLE_LINES: usize = 50;

/// Disks in one server with its system disk, and servers that one shareable disk may be in.
pub(super) const VOLUMES_MAX: usize = 24;
pub(super) const DISK_SERVERS_MAX: usize = 16;
