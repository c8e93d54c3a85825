//! What is said when something is refused, in both languages: the faults of the core as their table
//! ([`rows`](super::rows)) has them, and one name for each thing this dialect refuses itself.

use std::borrow::Cow;
use std::fmt;

use regiment_core::model::{Fault, FaultKind};

use super::language::Language;
pub use super::rows::{Row, row};
use crate::rules::Raw;
use crate::tencent::ids;

pub type Text = Cow<'static, str>;

/// Why a request is refused. It is one answer for the whole request, whatever it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    code: Text,
    english: Text,
    chinese: Text,
    /// Said by an action, not by the gateway before it: such messages end with the beginning of the
    /// call's id.
    by_action: bool,
}

/// The story of a fault may be an id as the core writes it.
fn in_our_ids(kind: FaultKind, detail: &str) -> String {
    ids::in_story(kind, detail).unwrap_or_else(|| detail.to_owned())
}

/// What went wrong, for clients that ask the instance.
pub fn worded(fault: &Fault) -> String {
    let Row { code: _, english, chinese: _ } = row(fault.kind);
    match &fault.detail {
        Some(detail) => format!("{english}: {}", in_our_ids(fault.kind, detail)),
        None => english.to_owned(),
    }
}

impl From<&Fault> for Refusal {
    fn from(fault: &Fault) -> Refusal {
        let Row { code, english, chinese } = row(fault.kind);
        let refusal = Refusal::said_by_action(code, english, chinese);
        match &fault.detail {
            Some(detail) => refusal.about(&in_our_ids(fault.kind, detail)),
            None => refusal,
        }
    }
}

impl From<FaultKind> for Refusal {
    fn from(kind: FaultKind) -> Refusal {
        Refusal::from(&Fault::from(kind))
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::from(&fault)
    }
}

/// What the gateway says.
impl Refusal {
    fn by_gateway(
        code: &'static str,
        english: impl Into<Text>,
        chinese: impl Into<Text>,
    ) -> Refusal {
        let (code, english, chinese) = (code.into(), english.into(), chinese.into());
        Refusal { code, english, chinese, by_action: false }
    }

    pub fn missing(name: &str) -> Refusal {
        Refusal::by_gateway(
            "MissingParameter",
            format!("The request is missing a required parameter `{name}`."),
            format!("请求缺少必选参数 `{name}`。"),
        )
    }

    pub fn mistyped(name: &str) -> Refusal {
        Refusal::by_gateway(
            "InvalidParameter",
            format!("Parameter `{name}` type error."),
            format!("参数 `{name}` 类型错误。"),
        )
    }

    pub fn unknown_parameter(name: &str) -> Refusal {
        Refusal::by_gateway(
            "UnknownParameter",
            format!("The parameter `{name}` is not recognized."),
            format!("参数 `{name}` 无法识别。"),
        )
    }

    pub fn unreadable(why: &'static str) -> Refusal {
        Refusal::by_gateway("InvalidParameter", why, why)
    }

    pub fn method() -> Refusal {
        Refusal::by_gateway(
            "UnsupportedProtocol",
            "Only GET and POST are supported.",
            "仅支持 GET 和 POST 请求。",
        )
    }

    pub fn action_unknown() -> Refusal {
        Refusal::by_gateway(
            "InvalidAction",
            "The request `Action` is invalid or not found.",
            "请求的 `Action` 无效或不存在。",
        )
    }

    /// The vendor has it, we do not.
    pub fn action_not_served(name: &str) -> Refusal {
        Refusal::by_gateway(
            "UnsupportedOperation",
            format!("The action `{name}` is not served here."),
            format!("此处不提供接口 `{name}`。"),
        )
    }

    pub fn version_unknown() -> Refusal {
        Refusal::by_gateway(
            "NoSuchVersion",
            "The request `Version` is invalid or not found.",
            "请求的 `Version` 无效或不存在。",
        )
    }

    pub fn authorization_unreadable() -> Refusal {
        Refusal::by_gateway(
            "AuthFailure.InvalidAuthorization",
            "The `Authorization` header of the request is not in the required form.",
            "请求头部的 `Authorization` 不符合规范。",
        )
    }

    pub fn secret_id_not_found() -> Refusal {
        Refusal::by_gateway(
            "AuthFailure.SecretIdNotFound",
            "The SecretId is not found, please ensure that your SecretId is correct.",
            "SecretId不存在，请输入正确的密钥。",
        )
    }

    pub fn signature_wrong() -> Refusal {
        Refusal::by_gateway(
            "AuthFailure.SignatureFailure",
            "The provided credentials could not be validated. Please check your signature is \
             correct.",
            "请求签名验证失败，请检查您的签名计算是否正确。",
        )
    }

    pub fn token_wrong() -> Refusal {
        Refusal::by_gateway(
            "AuthFailure.TokenFailure",
            "The token is not of this SecretId.",
            "Token 与该 SecretId 不匹配。",
        )
    }

    pub fn expired() -> Refusal {
        Refusal::by_gateway(
            "AuthFailure.SignatureExpire",
            "The signature is expired, please request again.",
            "签名已过期，请重新请求。",
        )
    }

    pub fn too_large() -> Refusal {
        Refusal::by_gateway(
            "RequestSizeLimitExceeded",
            "The request is larger than 10 MB.",
            "请求包超过 10 MB 限制。",
        )
    }

    pub fn unavailable() -> Refusal {
        Refusal::by_gateway(
            "ServiceUnavailable",
            "The service is not available, try again later.",
            "服务暂不可用，请稍后重试。",
        )
    }

    pub fn internal() -> Refusal {
        Refusal::by_gateway("InternalError", "Internal error.", "内部错误。")
    }
}

/// Words that somebody chose, the same in every language.
impl From<&Raw> for Refusal {
    fn from(raw: &Raw) -> Refusal {
        let [code, text] = [&raw.code, &raw.message].map(|said| Text::from(said.to_string()));
        Refusal { code, english: text.clone(), chinese: text, by_action: false }
    }
}

/// What actions say.
impl Refusal {
    pub fn said_by_action(
        code: impl Into<Text>,
        english: impl Into<Text>,
        chinese: impl Into<Text>,
    ) -> Refusal {
        let (code, english, chinese) = (code.into(), english.into(), chinese.into());
        Refusal { code, english, chinese, by_action: true }
    }

    /// A value that is not allowed, with the more exact code an action has for it or the plain one.
    pub fn bad(code: &'static str, name: &str, value: impl fmt::Display) -> Refusal {
        Refusal::said_by_action(
            code,
            format!("the value `{value}` of the parameter `{name}` is not allowed"),
            format!("参数 `{name}` 的取值 `{value}` 不合法"),
        )
    }

    pub fn out_of_range(name: &str, least: i64, most: i64) -> Refusal {
        Refusal::said_by_action(
            "InvalidParameterValue.Range",
            format!("the parameter `{name}` must be from {least} to {most}"),
            format!("参数 `{name}` 的取值范围为 {least} 到 {most}"),
        )
    }

    pub fn too_many(name: &str, most: usize) -> Refusal {
        Refusal::said_by_action(
            "InvalidParameterValue.LimitExceeded",
            format!("the parameter `{name}` must have at most {most} values"),
            format!("参数 `{name}` 最多支持 {most} 个值"),
        )
    }

    /// More or fewer values, or characters, than there may be.
    pub fn bad_length(name: &str, least: usize, most: usize) -> Refusal {
        Refusal::said_by_action(
            "InvalidParameterValue.Length",
            format!("the length of the parameter `{name}` must be from {least} to {most}"),
            format!("参数 `{name}` 的长度必须为 {least} 到 {most}"),
        )
    }

    /// The vendor has it, we do not: asked for, it is refused rather than passed over.
    pub fn not_served(name: &str) -> Refusal {
        Refusal::said_by_action(
            "UnsupportedOperation",
            format!("the parameter `{name}` is not served here"),
            format!("此处不支持参数 `{name}`"),
        )
    }

    /// Two parameters that cannot go together.
    pub fn conflict(one: &str, other: &str) -> Refusal {
        Refusal::said_by_action(
            "InvalidParameterCombination",
            format!("the parameters `{one}` and `{other}` cannot go together"),
            format!("参数 `{one}` 与 `{other}` 不能同时指定"),
        )
    }

    pub fn dry_run() -> Refusal {
        Refusal::said_by_action(
            "DryRunOperation",
            "the request would have succeeded, but it was a dry run",
            "请求校验通过，本次为 DryRun 请求，未执行操作",
        )
    }

    /// The same, said of a certain thing.
    pub fn about(mut self, what: &str) -> Refusal {
        self.english = format!("{}: {what}", self.english).into();
        self.chinese = format!("{}{what}", self.chinese).into();
        self
    }

    /// The same under the more exact code that an action has for it.
    pub fn coded(mut self, code: &'static str) -> Refusal {
        self.code = code.into();
        self
    }

    pub fn code(&self) -> &str {
        &self.code
    }

    /// Whether an action says it, and not the gateway before it.
    pub const fn by_action(&self) -> bool {
        self.by_action
    }

    /// The message without what is added to it.
    pub const fn words(&self, language: Language) -> &Text {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }
}
