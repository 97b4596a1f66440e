//! What a community offers, and to whom.

use crate::codes;

codes! {
    /// The kind of an activity (活动类型).
    ActivityKind {
        /// 日间照料
        DayCare = "day_care",
        /// 假期托管
        HolidayCare = "holiday_care",
        /// 课程
        Course = "course",
        /// 常规活动
        Club = "club",
        /// 义诊
        Clinic = "clinic",
        /// 活动
        Event = "event",
        /// 上门服务
        HomeService = "home_service",
    }
}

codes! {
    /// Who an activity is meant for.
    Audience {
        /// 老人
        Elder = "elder",
        /// 儿童
        Child = "child",
        /// 成人
        Adult = "adult",
        /// 家庭 (a guardian with children)
        Family = "family",
        /// 全龄
        All = "all",
    }
}

codes! {
    /// The two colours of the calendar and their meeting: what a visitor filters by first.
    Side {
        /// 一老
        Elder = "elder",
        /// 一小
        Child = "child",
        /// 全龄
        All = "all",
    }
}

impl Audience {
    /// The side of the calendar that an audience belongs to: families come with children, adults stand with all.
    pub fn side(self) -> Side {
        match self {
            Self::Elder => Side::Elder,
            Self::Child | Self::Family => Side::Child,
            Self::Adult | Self::All => Side::All,
        }
    }
}

codes! {
    /// What a place is counted in.
    Unit {
        /// One place a person (人).
        Person = "person",
        /// One place a family, whatever its heads (组家庭).
        Family = "family",
    }
}
