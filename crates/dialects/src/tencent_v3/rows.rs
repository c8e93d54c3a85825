//! How every fault of the core is spelled here, in both languages.

use regiment_core::model::FaultKind;

/// How a fault of the core is spelled here.
pub struct Row {
    pub code: &'static str,
    pub english: &'static str,
    pub chinese: &'static str,
}

const fn row_of(code: &'static str, english: &'static str, chinese: &'static str) -> Row {
    Row { code, english, chinese }
}

/// The one table of codes.
#[expect(clippy::too_many_lines, reason = "one table, a line for each kind of fault")]
pub const fn row(kind: FaultKind) -> Row {
    match kind {
        FaultKind::NoTargets => row_of("MissingParameter", "no resource is named", "未指定资源"),
        FaultKind::TooManyTargets => row_of(
            "InvalidParameterValue.LimitExceeded",
            "too many resources are named",
            "指定的资源过多",
        ),
        FaultKind::TooManyJobs => row_of(
            "RequestLimitExceeded",
            "too many operations are in progress, try again later",
            "进行中的操作过多，请稍后重试",
        ),
        FaultKind::TokenReused => row_of(
            "InvalidParameterCombination",
            "the `ClientToken` was used for another request",
            "`ClientToken` 已用于其他请求",
        ),
        FaultKind::TokenExpired => row_of(
            "InvalidParameterCombination",
            "the `ClientToken` has expired",
            "`ClientToken` 已过期",
        ),
        FaultKind::NotAllowed => row_of(
            "UnauthorizedOperation",
            "you are not authorized to perform the operation",
            "未授权操作",
        ),
        FaultKind::Throttled => row_of(
            "RequestLimitExceeded",
            "the number of requests exceeds the frequency limit",
            "请求的次数超过了频率限制",
        ),
        // No action of this version is of credentials.
        FaultKind::CredentialNotFound => {
            row_of("ResourceNotFound", "the SecretId does not exist", "SecretId不存在")
        }
        FaultKind::LastAdmin => {
            row_of("UnsupportedOperation", "the SecretId is the last that may", "最后一个管理密钥")
        }
        FaultKind::QuotaExceeded => {
            row_of("LimitExceeded.InstanceQuota", "the quota is exceeded", "超出配额")
        }
        FaultKind::FlavorNotFound => row_of(
            "InvalidParameterValue.InstanceTypeNotFound",
            "the instance type does not exist",
            "实例机型不存在",
        ),
        FaultKind::ImageNotFound => {
            row_of("InvalidImageId.NotFound", "the image does not exist", "镜像不存在")
        }
        FaultKind::ImageBusy => row_of(
            "InvalidImageId.IncorrectState",
            "the state of the image does not allow it",
            "镜像状态不支持该操作",
        ),
        FaultKind::ImageInUse => row_of(
            "InvalidImageId.IncorrectState",
            "instances or images are being made of the image",
            "镜像正在使用中",
        ),
        FaultKind::ImageShared => row_of(
            "InvalidImageId.InShared",
            "the image is shared with other accounts",
            "镜像处于共享中",
        ),
        FaultKind::ImageNotOwn => row_of(
            "UnauthorizedOperation.ImageNotBelongToAccount",
            "the image belongs to another account",
            "指定的镜像不属于当前账户",
        ),
        FaultKind::ImageNameTaken => row_of(
            "InvalidImageName.Duplicate",
            "an image with this name exists",
            "镜像名称与已有镜像重复",
        ),
        FaultKind::TooManyImages => row_of(
            "ImageQuotaLimitExceeded",
            "the region has as many images as it can have",
            "镜像数量超出配额",
        ),
        FaultKind::NameInvalid => {
            row_of("InvalidParameterValue", "the name is not allowed", "名称不合法")
        }
        FaultKind::OrdersInvalid => row_of(
            "InvalidParameterValue",
            "the orders in `X-Regiment-Orders` cannot be carried out",
            "`X-Regiment-Orders` 中的执行要求无法执行：",
        ),
        // No request of this dialect can meet the others of a job.
        FaultKind::JobNotFound => {
            row_of("ResourceNotFound", "the task does not exist", "任务不存在")
        }
        FaultKind::JobEnded => row_of("FailedOperation", "the task has ended", "任务已结束"),
        FaultKind::JobNotHeld => {
            row_of("FailedOperation", "the task waits for no approval", "任务没有等待批准的批次")
        }
        FaultKind::NothingToRetry => {
            row_of("FailedOperation", "nothing of the task failed", "任务没有失败的部分")
        }
        FaultKind::PasswordNeeded => row_of(
            "InvalidParameterValue.InvalidPassword",
            "the task needs its password again",
            "任务需要重新提供密码",
        ),
        FaultKind::ServerNotFound => {
            row_of("InvalidInstanceId.NotFound", "the instance does not exist", "实例不存在")
        }
        FaultKind::ServerBusy => row_of(
            "OperationDenied.InstanceOperationInProgress",
            "another operation is running on the instance",
            "实例有正在进行的操作",
        ),
        FaultKind::ServerLocked => {
            row_of("OperationDenied", "the instance is locked", "实例已被锁定")
        }
        FaultKind::ResizeUnconfirmed => row_of(
            "OperationDenied.InstanceOperationInProgress",
            "the instance's new type waits to be confirmed",
            "实例的机型调整尚待确认",
        ),
        FaultKind::NothingResized => row_of(
            "UnsupportedOperation",
            "no new type waits to be confirmed",
            "没有待确认的机型调整",
        ),
        FaultKind::ServerRunning => row_of(
            "UnsupportedOperation.InstanceStateRunning",
            "an instance in state `RUNNING` is not supported",
            "不支持状态为运行中的实例",
        ),
        FaultKind::ServerStopped => row_of(
            "UnsupportedOperation.InstanceStateStopped",
            "an instance in state `STOPPED` is not supported",
            "不支持状态为已关机的实例",
        ),
        FaultKind::ServerBroken => row_of(
            "UnsupportedOperation.InstanceStateCorrupted",
            "an instance that has failed is not supported",
            "不支持状态为异常的实例",
        ),
        FaultKind::PasswordUnfit => row_of(
            "InvalidParameterValue.InvalidPassword",
            "the password does not meet the rules of the instance's system",
            "密码不符合实例操作系统的要求",
        ),
        FaultKind::SameFlavor => row_of(
            "InvalidParameterValue",
            "the instance already has this instance type",
            "实例已是该机型",
        ),
        FaultKind::FlavorTooSmall => row_of(
            "UnsupportedOperation",
            "the instance cannot be made smaller",
            "不支持降低实例配置",
        ),
        FaultKind::AddressInUse => {
            row_of("VpcIpIsUsed", "the private IP is in use", "内网 IP 已被占用")
        }
        FaultKind::AddressOutside => row_of(
            "VpcAddrNotInSubNet",
            "the private IP is not in the subnet",
            "内网 IP 不在子网网段内",
        ),
        FaultKind::SubnetFull => row_of(
            "FailedOperation.NoAvailableIpAddressCountInSubnet",
            "the subnet has no free private IP",
            "子网没有可用的内网 IP",
        ),
        FaultKind::SubnetElsewhere => row_of(
            "InvalidParameterValue.VpcIdSubnetIdNotMatch",
            "the subnet is not in the private network",
            "子网不属于该私有网络",
        ),
        FaultKind::NicNotFound
        | FaultKind::NicIsPrimary
        | FaultKind::NicTaken
        | FaultKind::HasMoreNics => row_of(
            "InvalidParameterValue.InvalidNetworkInterfaceId",
            "the network interface does not allow it",
            "弹性网卡不支持该操作",
        ),
        FaultKind::NotInSecurityGroup | FaultKind::LastSecurityGroup => row_of(
            "InvalidSecurityGroupId.NotFound",
            "the instance is not in the security group",
            "实例不在该安全组中",
        ),
        FaultKind::ServerGroupNotFound
        | FaultKind::TooManyServerGroups
        | FaultKind::ServerGroupFull
        | FaultKind::InOtherServerGroup
        | FaultKind::NotInServerGroup => row_of(
            "FailedOperation.DisasterRecoverGroupNotFound",
            "the placement group does not allow it",
            "置放群组不支持该操作",
        ),
        FaultKind::TooManyNics => row_of(
            "LimitExceeded.InstanceEniNumLimit",
            "the instance has too many network interfaces",
            "实例的弹性网卡数量超出限制",
        ),
        // Ordered in API 2.0 alone.
        FaultKind::AddressNotOnNic
        | FaultKind::PublicAddressNotFound
        | FaultKind::PublicAddressInUse
        | FaultKind::PublicAddressNotInUse => {
            row_of("InvalidParameterValue", "the address does not allow it", "该 IP 不支持该操作")
        }
        // Made in API 2.0 alone.
        FaultKind::GatewayNotFound
        | FaultKind::GatewayExists
        | FaultKind::GatewayInUse
        | FaultKind::GatewayUnfit
        | FaultKind::NetworksOverlap
        | FaultKind::TranslationNotFound
        | FaultKind::TranslationExists => {
            row_of("InvalidParameterValue", "the gateway does not allow it", "网关不支持该操作")
        }
        FaultKind::BalancerNotFound => row_of(
            "InvalidParameter.LBIdNotFound",
            "the load balancer does not exist",
            "负载均衡实例不存在",
        ),
        FaultKind::BalancerBusy => row_of(
            "FailedOperation.ResourceInOperating",
            "another operation is running on the load balancer",
            "负载均衡实例有正在进行的操作",
        ),
        FaultKind::ListenerNotFound => row_of(
            "InvalidParameter.ListenerIdNotFound",
            "the listener does not exist",
            "监听器不存在",
        ),
        FaultKind::PortInUse => row_of(
            "InvalidParameter.PortCheckFailed",
            "a listener with this port exists",
            "该端口的监听器已存在",
        ),
        FaultKind::ListenerUnfit => row_of(
            "InvalidParameter.ProtocolCheckFailed",
            "the protocol of the listener does not allow it",
            "监听器的协议不支持该操作",
        ),
        FaultKind::RuleNotFound => row_of(
            "InvalidParameter.LocationNotFound",
            "the listener has no such forwarding rule",
            "监听器没有该转发规则",
        ),
        FaultKind::RuleExists => row_of(
            "InvalidParameter",
            "the listener has a forwarding rule for this domain and URL",
            "监听器已有该域名和 URL 的转发规则",
        ),
        FaultKind::RedirectionUnfit => row_of(
            "InvalidParameter.RewriteAlreadyExist",
            "the forwarding rule is already redirected, or redirected to",
            "转发规则已存在重定向关系",
        ),
        FaultKind::RedirectionNotFound => row_of(
            "InvalidParameter.SomeRewriteNotFound",
            "the one forwarding rule is not redirected to the other",
            "转发规则之间没有重定向关系",
        ),
        FaultKind::BackendNotFound => row_of(
            "InvalidParameter",
            "the instance is not bound to the load balancer",
            "实例未绑定到该负载均衡",
        ),
        FaultKind::KeyPairNotFound => row_of(
            "InvalidParameterValue.KeyPairNotFound",
            "the key pair does not exist",
            "密钥对不存在",
        ),
        FaultKind::KeyPairExists => row_of(
            "InvalidKeyPairName.Duplicate",
            "a key pair with this name exists",
            "密钥对名称已存在",
        ),
        FaultKind::KeyPairNotBound => row_of(
            "InvalidParameterValue.KeyPairNotSupported",
            "the key pair is not bound to the instance",
            "实例未绑定该密钥对",
        ),
        FaultKind::KeyPairUnfit => row_of(
            "UnsupportedOperation.KeyPairUnsupportedWindows",
            "a key pair cannot be bound to a Windows instance",
            "密钥对不支持 Windows 实例",
        ),
        // No request of this dialect can meet them.
        FaultKind::ScheduledEventNotFound => {
            row_of("ResourceNotFound", "the scheduled event does not exist", "计划事件不存在")
        }
        FaultKind::ScheduledEventStage => row_of(
            "FailedOperation",
            "the state of the scheduled event does not allow it",
            "计划事件当前状态不支持该操作",
        ),
        FaultKind::ScheduledEventTooLate => row_of(
            "InvalidParameterValue",
            "the time is not before the deadline of the scheduled event",
            "时间不早于计划事件的截止时间",
        ),
        FaultKind::TemplateNotFound => row_of(
            "InvalidParameterValue.LaunchTemplateNotFound",
            "the launch template does not exist",
            "实例启动模板不存在",
        ),
        FaultKind::TemplateExists => row_of(
            "InvalidLaunchTemplateName.Duplicate",
            "a launch template with this name exists",
            "实例启动模板名称已存在",
        ),
        FaultKind::VolumeNotFound => {
            row_of("InvalidParameterValue", "the disk does not exist", "云硬盘不存在")
        }
        FaultKind::VolumeInUse
        | FaultKind::VolumeAttached
        | FaultKind::VolumeNotAttached
        | FaultKind::VolumeNotShareable
        | FaultKind::VolumeElsewhere
        | FaultKind::BootVolume
        | FaultKind::VolumeNotSmaller
        | FaultKind::DeviceInUse => row_of(
            "UnsupportedOperation.InvalidDisk",
            "the disk does not allow it",
            "云硬盘不支持该操作",
        ),
        FaultKind::TooManyVolumes | FaultKind::TooManySharers => row_of(
            "LimitExceeded",
            "the disk or the instance has as many of the other as it can have",
            "云硬盘挂载数量超出限制",
        ),
        FaultKind::ZoneNotFound => {
            row_of("InvalidZone.MismatchRegion", "there is no such zone", "可用区不存在")
        }
        FaultKind::TooManyTags => row_of(
            "InvalidParameterValue.TagQuotaLimitExceeded",
            "the instance would have too many tags",
            "实例的标签数量超出限制",
        ),
        FaultKind::NoCapacity => row_of(
            "ResourceInsufficient.SpecifiedInstanceType",
            "the instance type is sold out",
            "该机型已售罄",
        ),
        FaultKind::HostDown => {
            row_of("FailedOperation", "the host of the instance is down", "实例所在宿主机故障")
        }
        FaultKind::AgentMissing => row_of(
            "FailedOperation",
            "the agent in the instance does not answer",
            "实例内的代理没有响应",
        ),
        FaultKind::AgentRefused => {
            row_of("FailedOperation", "the agent in the instance refused", "实例内的代理拒绝执行")
        }
        FaultKind::StepFailed => row_of("FailedOperation", "the operation failed", "操作失败"),
        FaultKind::StepTimedOut => {
            row_of("FailedOperation", "the operation took too long", "操作超时")
        }
        FaultKind::Unreachable => row_of(
            "FailedOperation",
            "the host of the instance cannot be reached",
            "无法连接实例所在宿主机",
        ),
        FaultKind::StillRunning => {
            row_of("MutexOperation.TaskRunning", "the operation is still running", "操作仍在进行中")
        }
        FaultKind::Cancelled => row_of(
            "FailedOperation",
            "the operation was cancelled before it was begun on the instance",
            "操作在该实例上开始之前已被取消",
        ),
        FaultKind::TooManyFailures => row_of(
            "FailedOperation",
            "the operation was cancelled before it was begun on the instance: too many others failed",
            "失败的实例过多，操作在该实例上开始之前已被取消",
        ),
        FaultKind::DeadlinePassed => row_of(
            "FailedOperation",
            "the operation was cancelled before it was begun on the instance: its deadline passed",
            "已过截止时间，操作在该实例上开始之前已被取消",
        ),
        FaultKind::Internal => row_of("InternalServerError", "internal error", "内部错误"),
    }
}
