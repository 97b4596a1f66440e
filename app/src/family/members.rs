//! Who belongs to a household: its members, adding one, removing one.

use super::together::{ShownCode, Together, Tying};
use crate::{
    error::AppError,
    parts::{ActionProblem, Field, FieldError, SideBadge, field_problem},
    say, words,
};
use domain::{
    activity::Side,
    person::MemberRole,
    reading::{Me, Member},
};
use leptos::{html::Form, prelude::*};

/// Adds a child, an elder, another adult, or the account's own person to the household. Afterwards 我的 says so.
#[server(prefix = "/api", endpoint = "add_member")]
pub async fn add_member(
    slug: String,
    kind: String,
    name: String,
    birth: Option<String>,
    consent: Option<String>,
) -> Result<(), AppError> {
    use domain::{
        person::parse_birth_date,
        text::{InputProblem, PersonName},
    };
    use store::families::{NewMember, add_member};
    let (role, myself) = match kind.as_str() {
        "child" => (MemberRole::Child, false),
        "elder" => (MemberRole::Elder, false),
        "adult" => (MemberRole::Adult, false),
        "myself" => (MemberRole::Guardian, true),
        _ => return Err(crate::ssr::said(AppError::invalid("kind", InputProblem::Choice))),
    };
    // A page has one form a kind: the problem must find its own.
    let input = |field: &str| format!("{kind}-{field}");
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(&input(field), problem));
    let typed = [(input("name"), Some(name.as_str())), (input("birth"), birth.as_deref())];
    let typed = typed.each_ref().map(|(input, text)| (input.as_str(), *text));
    let added = crate::ssr::keeping(&typed, async {
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let now = crate::ssr::now()?;
        let head = store::communities::head(&host.db, &slug, now).await?;
        let name = PersonName::parse(&name).map_err(|problem| invalid("name", problem))?;
        let birth = match birth.as_deref().map(str::trim).filter(|birth| !birth.is_empty()) {
            Some(birth) => Some(parse_birth_date(birth, head.today).map_err(|problem| invalid("birth", problem))?),
            None if role == MemberRole::Child => return Err(invalid("birth", InputProblem::Empty)),
            None => None,
        };
        // A child's data is kept with a guardian's word alone (儿童个人信息网络保护规定, 9).
        if role == MemberRole::Child && consent.is_none() {
            return Err(invalid("consent", InputProblem::Empty));
        }
        let new = NewMember { role, name, birth, myself };
        crate::ssr::told(add_member(&host.db, &who, head.id, new, now).await, &slug).await
    });
    let id = added.await?;
    crate::ssr::go(&slug, &format!("my?added={id}"));
    Ok(())
}

/// Takes a member out of the household.
#[server(prefix = "/api", endpoint = "remove_member")]
pub async fn remove_member(slug: String, person: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let host = crate::ssr::host()?;
    let removed = store::families::remove_member(&host.db, &who, id, crate::ssr::now()?).await;
    crate::ssr::told(removed, &slug).await?;
    crate::ssr::go(&slug, &format!("my?removed={id}"));
    Ok(())
}

/// The action that adds members, shared by all its forms, and the forms, so that they can be emptied.
#[derive(Clone, Copy)]
pub struct Adding {
    /// The action.
    pub action: ServerAction<AddMember>,
    child: NodeRef<Form>,
    elder: NodeRef<Form>,
    adult: NodeRef<Form>,
}

impl Adding {
    /// Nothing added yet. What was added empties the forms: they outlive it.
    pub fn begin() -> Self {
        let adding =
            Self { action: ServerAction::new(), child: NodeRef::new(), elder: NodeRef::new(), adult: NodeRef::new() };
        Effect::new(move |_| {
            if adding.action.value().with(|value| matches!(value, Some(Ok(())))) {
                for form in [adding.child, adding.elder, adding.adult] {
                    if let Some(form) = form.get_untracked() {
                        form.reset();
                    }
                }
            }
        });
        adding
    }
}

/// A person's first character in a disc, coloured by who it is.
#[component]
pub fn Avatar(
    /// The person's name.
    name: String,
    /// Who it is in the household.
    role: MemberRole,
) -> impl IntoView {
    let class = match role {
        MemberRole::Child => "avatar avatar--child",
        MemberRole::Elder => "avatar avatar--elder",
        MemberRole::Guardian | MemberRole::Adult => "avatar avatar--adult",
    };
    let mut letters = name.chars();
    // 小明 is known by 明.
    let letter = match (letters.next(), letters.next()) {
        (Some('小' | '阿'), Some(second)) => Some(second),
        (first, _) => first,
    };
    view! {
        <span class=class aria-hidden="true">
            {letter.map(String::from)}
        </span>
    }
}

/// The members, and the forms that add more.
#[component]
pub fn Household(
    /// Who is signed in, with the members.
    me: Me,
    /// The community whose page this is.
    slug: String,
    /// Adds members.
    adding: Adding,
    /// Removes them.
    remove: ServerAction<RemoveMember>,
    /// The household's code to tell.
    code: Option<ShownCode>,
    /// What ties households together.
    tying: Tying,
) -> impl IntoView {
    let alone = me.members.is_empty();
    let known = me.members.iter().any(|member| member.myself);
    let phone = me.phone;
    let members = me.members.clone();
    let together = view! { <Together members code slug=slug.clone() tying /> };
    let cards = me
        .members
        .into_iter()
        .map(|member| {
            let phone = phone.clone().filter(|_| member.myself);
            view! { <MemberCard member phone slug=slug.clone() remove /> }
        })
        .collect_view();
    let members = (!alone).then(|| view! { <ul class="members">{cards}</ul> });
    let last = if known { Kind::Adult } else { Kind::Myself };
    view! {
        <section class="stack" id="add" aria-labelledby="family">
            <h2 id="family">{say!(family.household)}</h2>
            <ActionProblem action=remove />
            {members}
            <ActionProblem
                action=adding.action
                fields=&[
                    "child-name",
                    "child-birth",
                    "child-consent",
                    "elder-name",
                    "elder-birth",
                    "adult-name",
                    "adult-birth",
                    "myself-name",
                    "myself-birth",
                ]
            />
            <AddForm kind=Kind::Child slug=slug.clone() adding alone />
            <AddForm kind=Kind::Elder slug=slug.clone() adding alone />
            <AddForm kind=last slug adding alone />
            {together}
        </section>
    }
}

#[component]
fn MemberCard(
    member: Member,
    phone: Option<String>,
    slug: String,
    remove: ServerAction<RemoveMember>,
) -> impl IntoView {
    let name = match member.myself {
        true => say!(family.myself, name = member.name.clone()).to_string(),
        false => member.name.clone(),
    };
    let badge = match member.role {
        MemberRole::Child => view! { <SideBadge side=Side::Child /> }.into_any(),
        MemberRole::Elder => view! { <SideBadge side=Side::Elder /> }.into_any(),
        role => view! { <span class="soft">{words::role(role)}</span> }.into_any(),
    };
    let birth = match member.birth.zip(member.age) {
        Some((birth, age)) => say!(family.born, date = words::date_year(birth), age = age).to_string(),
        None => say!(family.no_birth).to_owned(),
    };
    let two_homes = member.shared.then(|| say!(family.two_homes).to_owned());
    let about: Vec<_> = [Some(birth), phone, two_homes].into_iter().flatten().collect();
    let care = format!("/{slug}/my/care-details/{}", member.person);
    let care_label = say!(care_details.open_of, name = member.name.clone()).to_string();
    let pickup = (member.role == MemberRole::Child).then(|| {
        let label = say!(pickup.open_of, name = member.name.clone()).to_string();
        view! {
            <a class="button" href=format!("/{slug}/my/pickup/{}", member.person) aria-label=label>
                {say!(pickup.open)}
            </a>
        }
    });
    let button = (!member.myself).then(|| {
        let label = say!(family.remove_of, name = member.name.clone()).to_string();
        view! {
            <ActionForm action=remove>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=member.person.to_string() />
                <button class="button button--plain" aria-label=label disabled=move || remove.pending().get()>
                    {say!(family.remove)}
                </button>
            </ActionForm>
        }
    });
    view! {
        <li class="member">
            <Avatar name=member.name role=member.role />
            <p>
                <b>{name}</b>
                " "
                {badge}
            </p>
            <p class="soft">{about.join(" · ")}</p>
            <div class="row">
                <a class="button" href=care aria-label=care_label>
                    {say!(care_details.open)}
                </a>
                {pickup}
                {button}
            </div>
        </li>
    }
}

/// Whom a form adds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Child,
    Elder,
    Adult,
    Myself,
}

/// What one form says, and how its fields are called where a page has several.
struct Words {
    code: &'static str,
    prefix: &'static str,
    name_field: &'static str,
    birth_field: &'static str,
    title: &'static str,
    name: &'static str,
    name_hint: &'static str,
}

impl Kind {
    fn words(self) -> Words {
        match self {
            Self::Child => Words {
                code: "child",
                prefix: "child-",
                name_field: "child-name",
                birth_field: "child-birth",
                title: say!(family.add_child),
                name: say!(family.child_name),
                name_hint: say!(family.child_name_hint),
            },
            Self::Elder => Words {
                code: "elder",
                prefix: "elder-",
                name_field: "elder-name",
                birth_field: "elder-birth",
                title: say!(family.add_elder),
                name: say!(family.elder_name),
                name_hint: say!(family.name_hint),
            },
            Self::Adult => Words {
                code: "adult",
                prefix: "adult-",
                name_field: "adult-name",
                birth_field: "adult-birth",
                title: say!(family.add_adult),
                name: say!(family.adult_name),
                name_hint: say!(family.name_hint),
            },
            Self::Myself => Words {
                code: "myself",
                prefix: "myself-",
                name_field: "myself-name",
                birth_field: "myself-birth",
                title: say!(family.add_myself),
                name: say!(family.my_name),
                name_hint: say!(family.name_hint),
            },
        }
    }
}

#[component]
fn AddForm(kind: Kind, slug: String, adding: Adding, alone: bool) -> impl IntoView {
    let words = kind.words();
    let action = adding.action;
    let node = match kind {
        Kind::Child => adding.child,
        Kind::Elder => adding.elder,
        Kind::Adult | Kind::Myself => adding.adult,
    };
    let name_problem = field_problem(action, words.name_field);
    let birth_problem = field_problem(action, words.birth_field);
    let consent_problem = field_problem(action, "child-consent");
    let child_consent = kind == Kind::Child;
    let open = move || {
        let consent = child_consent && consent_problem.get().is_some();
        alone || consent || name_problem.get().is_some() || birth_problem.get().is_some()
    };
    let consent = child_consent.then(|| view! { <ChildConsent slug=slug.clone() problem=consent_problem /> });
    let child = kind == Kind::Child;
    let own = kind == Kind::Myself;
    let (birth, birth_hint) = match child {
        true => (say!(family.birth), say!(family.birth_hint)),
        false => (say!(family.birth_optional), say!(family.birth_optional_hint)),
    };
    view! {
        <details class="card" open=open>
            <summary>{words.title}</summary>
            <ActionForm action node_ref=node attr:class="form">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="kind" value=words.code />
                <div class="fields">
                    <Field
                        name="name"
                        form=words.prefix
                        label=words.name
                        hint=words.name_hint.to_owned()
                        autocomplete=if own { "name" } else { "off" }
                        required=true
                        problem=name_problem
                    />
                    <Field
                        name="birth"
                        form=words.prefix
                        kind="date"
                        label=birth
                        hint=birth_hint.to_owned()
                        autocomplete=if own { "bday" } else { "off" }
                        required=child
                        problem=birth_problem
                    />
                </div>
                {consent}
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {words.title}
                </button>
            </ActionForm>
        </details>
    }
}

/// The guardian's word, without which nothing is kept about a child.
#[component]
fn ChildConsent(slug: String, problem: Signal<Option<String>>) -> impl IntoView {
    let problem = Signal::derive(move || problem.get().map(|_| say!(privacy.child_consent_needed).to_owned()));
    view! {
        <div class="field">
            <label class="check">
                <input type="checkbox" name="consent" value="yes" required />
                <span>
                    {say!(privacy.child_consent)} " "
                    <a href=format!("/{slug}/privacy#children")>{say!(privacy.child_consent_link)}</a>
                </span>
            </label>
            <FieldError problem />
        </div>
    }
}
