//! The catalogue itself: every stable code with its status and its words. Add a code here and
//! nowhere else; the compiler and the tests beside [`super`] hold it complete in both languages.

use serde::{Deserialize, Serialize};

use super::{Entry, Words};

macro_rules! catalogue {
    ($($(#[$doc:meta])* $name:ident = $code:literal $status:literal
        { $title_ja:literal / $title_en:literal; $detail_ja:literal / $detail_en:literal })+) => {
        /// Every error code of the platform. Stable: clients decide on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $title_en] #[serde(rename = $code)] $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code as clients see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// Status and words.
            #[must_use]
            pub const fn entry(self) -> Entry {
                match self {
                    $(Self::$name => Entry {
                        code: $code,
                        status: $status,
                        title: Words { ja: $title_ja, en: $title_en },
                        detail: Words { ja: $detail_ja, en: $detail_en },
                    },)+
                }
            }

            /// HTTP status (RFC 9110).
            #[must_use]
            pub const fn status(self) -> u16 {
                self.entry().status
            }
        }
    };
}

catalogue! {
    // ── the request ──
    NotFound = "not_found" 404
        { "見つかりません" / "Not found";
          "指定されたものはありません。番号を確かめてください。" / "There is no such thing. Check the id." }
    RouteNotFound = "route_not_found" 404
        { "この宛先はありません" / "No such address";
          "この URL の機能はありません。API 文書（/docs）で確かめてください。" / "This API has no such address. See the documentation at /docs." }
    MethodNotAllowed = "method_not_allowed" 405
        { "この操作はできません" / "Method not allowed";
          "この宛先では {method} を使えません。使えるのは {allowed} です。API 文書（/docs）で確かめてください。" / "This address does not accept {method}; it accepts {allowed}. See the documentation at /docs." }
    BadRequest = "bad_request" 400
        { "要求を読み取れません" / "The request cannot be read";
          "要求の形が正しくありません（{why}）。API 文書（/docs）の例と比べてください。" / "The request is malformed ({why}). Compare it with the examples at /docs." }
    UnknownParameter = "unknown_parameter" 400
        { "知らない検索条件です" / "Unknown query parameter";
          "検索条件 {name} はありません。つづりを確かめてください。使えるのは {known} です。" / "There is no query parameter {name}; check its spelling. The known ones are {known}." }
    InvalidValue = "invalid_value" 422
        { "値が正しくありません" / "A value is not valid";
          "{name} の値が正しくありません（{why}）。直してもう一度送ってください。" / "The value of {name} is not valid ({why}). Correct it and send it again." }
    InvalidCursor = "invalid_cursor" 400
        { "続きの位置が正しくありません" / "The cursor is not valid";
          "この続きの位置（cursor）は使えません。最初のページから読み直してください。" / "This cursor cannot be used. Begin again at the first page." }
    NameTooShort = "name_too_short" 422
        { "名前が短すぎます" / "The name is too short";
          "名前は、かなかローマ字なら二文字から探せます。続きを入れるか、生年月日などの条件を足してください。" / "A name in kana or Roman letters is searched from its second letter on. Type more of it, or add a condition such as the birth date." }
    NameUnreadable = "name_unreadable" 422
        { "名前として読めません" / "Not a name";
          "「{raw}」を名前として読めません。聞いたとおりに、かな、漢字かローマ字で入れてください。" / "“{raw}” cannot be read as a name. Type it as heard, in kana, kanji or Roman letters." }
    BirthDateImpossible = "birth_date_impossible" 422
        { "ありえない生年月日です" / "An impossible birth date";
          "「{raw}」という日付はありません。聞き間違いや打ち間違いがないか確かめてください。" / "There is no date “{raw}”. Check whether it was misheard or mistyped." }
    BirthDateUnreadable = "birth_date_unreadable" 422
        { "生年月日として読めません" / "Not a birth date";
          "「{raw}」を日付として読めません。H27.4.1、2015-04-01、20150401 のように入れてください。年だけなら 2015 か H27 です。" / "“{raw}” cannot be read as a date. Type it like H27.4.1, 2015-04-01 or 20150401; a year alone is 2015 or H27." }
    WhereaboutsHidden = "whereabouts_hidden" 409
        { "いまは町字で探せません" / "Addresses cannot be searched now";
          "支援措置の一覧が取り込まれていないか古いため、全員の居所を隠しています。町字の条件を外すか、最新の一覧を取り込んでください。" / "The protection list has not been loaded or is too old, so everybody's whereabouts are hidden. Leave out the address, or load the current list." }
    PayloadTooLarge = "payload_too_large" 413
        { "大きすぎます" / "Too large";
          "送られた内容が上限（{limit} バイト）を超えています。分けて送ってください。" / "What was sent exceeds the limit of {limit} bytes. Send it in parts." }
    UnsupportedMediaType = "unsupported_media_type" 415
        { "この形式は受け取れません" / "Unsupported media type";
          "送られた内容の形式は受け取れません。Content-Type を {expected} にして、もう一度送ってください。" / "What was sent is of another media type. Send it as Content-Type {expected}." }
    Internal = "internal" 500
        { "内部エラー" / "Internal error";
          "処理できませんでした。何も変わっていません。要求番号を添えて組合に連絡してください。" / "It could not be done and nothing was changed. Tell the cooperative the request id." }
    Unavailable = "unavailable" 503
        { "一時的に使えません" / "Temporarily unavailable";
          "一時的に処理できません。何も変わっていません。しばらくしてからやり直してください。" / "It cannot be done just now and nothing was changed. Try again shortly." }
    TooManyRequests = "too_many_requests" 429
        { "回数が多すぎます" / "Too many requests";
          "短い間に回数が多すぎます。{seconds} 秒待ってからやり直してください。" / "Too many requests in a short time. Wait {seconds} seconds." }
    IdempotencyKeyReused = "idempotency_key_reused" 422
        { "この Idempotency-Key は別の要求に使われています" / "The Idempotency-Key was used for another request";
          "同じ Idempotency-Key で内容の違う要求が届いています。新しい要求には新しい値を付けてください。" / "Another request came with this Idempotency-Key. Give each new request a new one." }
    IdempotencyInProgress = "idempotency_in_progress" 409
        { "同じ要求を処理しています" / "The same request is under way";
          "同じ Idempotency-Key の要求をまだ処理しています。Retry-After の秒数だけ待って、同じ要求をもう一度送ってください。" / "The request with this Idempotency-Key is still under way. Wait as Retry-After says and send the same request again." }
    IdempotencyAnswerLost = "idempotency_answer_lost" 409
        { "処理は済んでいますが、同じ答えを返せません" / "It was done, but its answer cannot be given again";
          "この Idempotency-Key の要求は一度処理されました。途中で止まって答えが残っていないか、その後に支援措置が変わって同じ答えを見せられません。もう一度送らず、一覧で結果を確かめてください。" / "The request with this Idempotency-Key was done once. Either the platform was interrupted before its answer was kept, or a protection has changed since and the same answer may no longer be shown. Do not send it again; look for its result in the list." }
    PreconditionFailed = "precondition_failed" 412
        { "読んだ後に変わっています" / "It has changed since you read it";
          "If-Match の ETag は今のものではありません。読み直して、変わったところを確かめてからやり直してください。" / "The ETag in If-Match is not the present one. Read it again, see what changed, and try again." }

    // ── who asks ──
    Unauthenticated = "unauthenticated" 401
        { "認証が必要です" / "Authentication is required";
          "有効なトークンがありません。Authorization: Bearer にトークンを付けてください。" / "There is no valid token. Send one as Authorization: Bearer." }
    TokenRevoked = "token_revoked" 401
        { "トークンは無効です" / "The token is no longer valid";
          "このトークンは取り消されたか期限が切れています。町の管理者に新しいトークンを頼んでください。" / "This token was revoked or has expired. Ask your town's administrator for a new one." }
    PostingEnded = "posting_ended" 401
        { "有効な所属がありません" / "No posting is in force";
          "今日の時点で有効な所属がありません。異動や任期の終わりでないときは、町の管理者に所属の登録を頼んでください。" / "No posting of yours is in force today. If you have not moved or left, ask your town's administrator to enter one." }
    SignInRefused = "sign_in_refused" 401
        { "サインインできません" / "Sign-in refused";
          "団体コード、職員番号、パスワードのどれかが違うか、有効な所属がありません。確かめてもう一度入れるか、町の管理者に設定コードを頼んでください。" / "The town code, the staff number or the password is wrong, or no posting is in force. Check them and try again, or ask your town's administrator for a set-up code." }
    SignInThrottled = "sign_in_throttled" 429
        { "続けて失敗したため待ってください" / "Too many failed attempts";
          "サインインに続けて失敗したため、{seconds} 秒待ってください。パスワードを忘れたときや、待っても入れないときは、町の管理者に設定コードを頼んでください。" / "Signing in failed too often; wait {seconds} seconds. If the password is forgotten, or waiting does not help, ask your town's administrator for a set-up code." }
    SignInNotRenewable = "sign_in_not_renewable" 409
        { "このトークンは延長できません" / "This token cannot be prolonged";
          "延長できるのはサインインで得たトークンだけです。期限の前に、町の管理者に新しいトークンを頼んでください。" / "Only a token that came from a sign-in can be prolonged. Ask your town's administrator for a new one before it expires." }
    SetupCodeRefused = "setup_code_refused" 422
        { "設定コードを使えません" / "The set-up code is not accepted";
          "設定コードが違うか、使用済みか、期限が切れています。団体コードと職員番号も確かめ、町の管理者に新しいコードを頼んでください。" / "The set-up code is wrong, used or expired. Check the town code and the staff number too, and ask your town's administrator for a new code." }
    PasswordWrong = "password_wrong" 422
        { "今のパスワードが違います" / "The password so far is wrong";
          "今のパスワードが違うか、この職員にはまだパスワードがありません。何も変えていません。打ち直すか、忘れたときは、町の管理者に設定コードを頼んでください。" / "The password so far is wrong, or the account has none yet. Nothing was changed. Type it again; if it is forgotten, ask your town's administrator for a set-up code." }
    PasswordTooShort = "password_too_short" 422
        { "パスワードが短すぎます" / "The password is too short";
          "パスワードは {least} 文字以上にしてください。記号や数字を混ぜる必要はありません。覚えやすい文を勧めます。" / "A password has at least {least} characters. No mixture of signs is needed; a sentence you can remember is best." }
    PasswordTooCommon = "password_too_common" 422
        { "推測されやすいパスワードです" / "The password is easily guessed";
          "よく使われる語、町名、氏名、職員番号、数字や同じ文字の並びだけでできています。別の文にしてください。" / "It is made of common words, the town's or your own name or number, or of rows of digits or of the same characters. Choose another sentence." }
    PersonDenied = "person_denied" 403
        { "あなたには見せられない住民です" / "You may not see this person";
          "本人・親族・近隣のため、あなたにはこの人の記録を見せられません。ほかの職員に引き継いでください。" / "You may not see or act on this person's record, as yourself, kin or a neighbour. Let somebody else take it over." }
    OwnDenial = "own_denial" 403
        { "自分の閲覧制限は変えられません" / "Nobody edits their own denials";
          "自分の閲覧制限を加えたり終えたりはできません。別の町管理者か決裁者に頼んでください。" / "You cannot enter or end a denial of your own. Ask another administrator or approver." }
    GrantToSelf = "grant_to_self" 403
        { "自分に権限は付けられません" / "Nobody grants anything to themselves";
          "自分の所属や権限を足したり延ばしたりはできません。別の町管理者に頼んでください。" / "You cannot add to or prolong your own postings or grants. Ask another administrator of the town." }
    MemberSignsIn = "member_signs_in" 403
        { "職員の名のトークンは発行できません" / "A member of staff signs in";
          "ほかの職員の名で操作できるトークンは誰にも発行しません。設定コードを本人に渡し、本人がサインインしてください。何も変わっていません。" / "Nobody is issued a token that acts in a colleague's name. Give the person a set-up code and let them sign in. Nothing was changed." }
    LastAdministrator = "last_administrator" 409
        { "町管理者がいなくなります" / "The town would have no administrator";
          "この変更をすると {day} に町管理者がいなくなります。先に別の人を町管理者にしてください。" / "With this change the town would have no administrator on {day}. Make somebody else one first." }
    RosterLineInvalid = "roster_line_invalid" 422
        { "職員名簿の行が正しくありません" / "A line of the roster is not valid";
          "{line}行目『{column}』：{why}。すべて直してもう一度送ってください。何も変更していません。" / "Line {line}, {column}: {why}. Correct every line and send it again; nothing was changed." }
    StaffNumberTaken = "staff_number_taken" 409
        { "その職員番号は使われています" / "The staff number is taken";
          "その職員番号の職員がもういます。番号を確かめるか、その職員に所属を足してください。" / "There is a member of staff with that number already. Check it, or add a posting to them." }
    AccountWithoutSignIn = "account_without_sign_in" 409
        { "サインインしない職員です" / "The account does not sign in";
          "職員番号がないか、退職・転出しているか、連携用のため、設定コードを出せません。先に職員番号を登録してください。連携用には、トークンを発行してください。" / "The account has no staff number, has left, or is a service client, so there is no set-up code for it. Enter a staff number first; a service client gets a token." }
    GrantMissing = "grant_missing" 403
        { "権限がありません" / "Not permitted";
          "この操作には「{grant}」の権限が要ります。町の管理者に相談してください。" / "This needs the grant {grant}. Ask your town's administrator." }
    PurposeRequired = "purpose_required" 400
        { "利用目的が要ります" / "A purpose is required";
          "住民の記録を読むときは、ヘッダー Tasuki-Purpose に利用目的（{known}）を書いてください。" / "Where residents are read, the header Tasuki-Purpose must say why ({known})." }
    SelfApproval = "self_approval" 403
        { "起案した人は決裁できません" / "The drafter cannot approve";
          "起案した本人は決裁できません。別の決裁者に頼んでください。" / "Whoever drafted it cannot approve it. Ask another approver." }
    SelfReview = "self_review" 403
        { "自分が起案または代決したものは後閲できません" / "Not one's own to review";
          "後閲は、起案した人とも代決した人とも別の決裁者が行います。その決裁者に頼んでください。" / "Whoever drafted it or decided it on behalf cannot review it. Ask another approver." }
    NotDrafter = "not_drafter" 403
        { "起案した人ではありません" / "Not the drafter";
          "直して出し直せるのは起案した人です。別の人が続けるときは、決裁者が取り下げ、新しく起案してください。" / "Only the drafter hands it in again. For somebody else to go on, an approver takes it back and it is drafted anew." }

    // ── not there (another town's thing answers the same) ──
    PersonNotFound = "person_not_found" 404
        { "その住民は見つかりません" / "No such person";
          "この町にその番号の住民はいません。番号を確かめるか、検索してください。" / "This town has no person with that id. Check it, or search." }
    HouseholdNotFound = "household_not_found" 404
        { "その世帯は見つかりません" / "No such household";
          "この町にその番号の世帯はありません。番号を確かめてください。" / "This town has no household with that id. Check it." }
    UploadNotFound = "upload_not_found" 404
        { "その受付は見つかりません" / "No such upload";
          "その番号の受付はありません。番号を確かめるか、もう一度アップロードしてください。" / "There is no upload with that id. Check it, or upload again." }
    LoadNotFound = "load_not_found" 404
        { "その取込は見つかりません" / "No such load";
          "その番号の取込はありません。取込の一覧で確かめてください。" / "There is no load with that id. See the list of loads." }
    LoadPlanNotFound = "load_plan_not_found" 404
        { "その取込計画は見つかりません" / "No such load plan";
          "その番号の取込計画はありません。古い計画は一週間で消えます。もう一度計画を作ってください。" / "There is no load plan with that id. Plans are kept for a week; make one anew." }
    LoadPlanUsed = "load_plan_used" 409
        { "この取込計画は使用済みです" / "The load plan was applied already";
          "この取込計画は {applied_at} に適用済みです。計画は一度しか使えません。続けて取り込むときは新しい計画を作ってください。" / "This load plan was applied at {applied_at}; a plan is used once. Make a new one to load again." }
    LoadPlanStale = "load_plan_stale" 409
        { "計画の後に前提が変わりました" / "What the plan rests on has changed";
          "取込計画を作った後に{what}が変わったため、計画どおりの取込になりません。何も変わっていません。計画を作り直して件数を確かめてください。" / "After this load plan was made, {what} changed, so the load would change something else. Nothing was changed; make the plan anew and look at its counts." }
    LoadNotLatest = "load_not_latest" 409
        { "その後の取込があります" / "A later load stands on it";
          "この連携元には、その後の取込 {latest} があります。取り消せるのは連携元の最後の取込だけです。先にその取込を取り消してください。" / "This source has a later load, {latest}. Only a source's last load can be rolled back; roll that one back first." }
    RejectNotFound = "reject_not_found" 404
        { "その取込エラーは見つかりません" / "No such reject";
          "その番号の取込エラーはありません。取込エラーの一覧で確かめてください。" / "There is no reject with that id. See the list of rejects." }
    SourceNotFound = "source_not_found" 404
        { "その連携元はありません" / "No such source";
          "連携元「{source}」は町の設定にありません。設定の連携元の一覧で確かめてください。" / "The town's profile has no source {source}. See its list of sources." }
    LinkTaskNotFound = "link_task_not_found" 404
        { "その突合待ちは見つかりません" / "No such link task";
          "その番号の突合待ちはありません。突合待ちの一覧で確かめてください。" / "There is no link task with that id. See the link queue." }
    RulebookNotFound = "rulebook_not_found" 404
        { "その判定基準はありません" / "No such rulebook";
          "その名前の判定基準はありません。判定基準の一覧で確かめてください。" / "There is no rulebook of that name. See the list of rulebooks." }
    LayoutNotFound = "layout_not_found" 404
        { "そのレイアウトはありません" / "No such layout";
          "その名前のレイアウトはありません。レイアウトの一覧で確かめてください。" / "There is no layout of that name. See the list of layouts." }
    LayoutSampleUnavailable = "layout_sample_unavailable" 409
        { "このレイアウトの見本は作れません" / "No sample of this layout can be made";
          "レイアウト {id} のファイルは読めますが、書けません。町のコード表がないと決まらない共通レイアウトは、それを使う連携元の名前で頼んでください。" / "Files of the layout {id} are read and not written. Ask for a shared layout that only a town's own code lists complete by the name of a source that extends it." }
    RunNotFound = "run_not_found" 404
        { "その判定は見つかりません" / "No such run";
          "その番号の判定はありません。判定の一覧で確かめてください。" / "There is no run with that id. See the list of runs." }
    CandidateNotFound = "candidate_not_found" 404
        { "その候補は見つかりません" / "No such candidate";
          "この判定にその住民の結果はありません。候補の一覧で確かめてください。" / "This run has no result for that person. See the list of candidates." }
    AssessmentNotFound = "assessment_not_found" 404
        { "その候補の確認はまだありません" / "Not assessed yet";
          "この判定でこの住民を確認した記録がありません。先に確認を記録してください。" / "Nobody has assessed this person in this run. Record an assessment first." }
    RelationNotFound = "relation_not_found" 404
        { "その親族関係の記録は見つかりません" / "No such recorded relation";
          "この住民にその番号の親族関係の記録はありません。一覧で確かめてください。" / "This person has no recorded relation with that id. See the list." }
    CaseNotFound = "case_not_found" 404
        { "そのケースは見つかりません" / "No such case";
          "この住民にその番号のケースはありません。一覧で確かめてください。" / "This person has no case with that id. See the list." }
    ConsentNotFound = "consent_not_found" 404
        { "その同意は見つかりません" / "No such consent";
          "その番号の同意はありません。番号を確かめてください。" / "There is no consent with that id. Check it." }
    WatchNoteNotFound = "watch_note_not_found" 404
        { "その見守り情報は見つかりません" / "No such watch note";
          "この住民にその番号の見守り情報はありません。一覧で確かめてください。" / "This person has no watch note with that id. See the list." }
    HandoverNotFound = "handover_not_found" 404
        { "その引継ぎは見つかりません" / "No such handover";
          "その番号の引継ぎはありません。引継ぎの一覧で確かめてください。" / "There is no handover with that id. See the list of handovers." }
    TokenNotFound = "token_not_found" 404
        { "そのトークンは見つかりません" / "No such token";
          "その番号のトークンはありません。トークンの一覧で確かめてください。" / "There is no token with that id. See the list of tokens." }
    StaffNotFound = "staff_not_found" 404
        { "その職員は見つかりません" / "No such member of staff";
          "その番号の職員はいません。職員の一覧で確かめてください。" / "There is no member of staff with that id. See the list of staff." }
    PostingNotFound = "posting_not_found" 404
        { "その所属は見つかりません" / "No such posting";
          "その職員にその番号の所属はありません。職員の情報で確かめてください。" / "The member of staff has no posting with that id. Read them again." }
    DenialNotFound = "denial_not_found" 404
        { "その閲覧制限は見つかりません" / "No such denial";
          "その職員にその番号の閲覧制限はありません。一覧で確かめてください。" / "The member of staff has no denial with that id. See the list." }
    OperationNotFound = "operation_not_found" 404
        { "その処理は見つかりません" / "No such operation";
          "その番号の処理はありません。番号を確かめてください。" / "There is no operation with that id. Check it." }
    TaskNotFound = "task_not_found" 404
        { "その仕事は見つかりません" / "No such task";
          "その番号の仕事はありません。一覧で確かめてください。" / "There is no task with that id. See the list." }
    LeafNotFound = "leaf_not_found" 404
        { "その証跡は見つかりません" / "No such leaf";
          "その番号の証跡はありません。番号を確かめてください。" / "There is no leaf with that id. Check it." }
    TownNotFound = "town_not_found" 404
        { "その町は加入していません" / "No such member";
          "{town} は組合に加入していません。町の一覧で確かめてください。" / "{town} is not a member of the cooperative. See the list of towns." }

    SlugTaken = "slug_taken" 409
        { "その略称は使われています" / "The slug is taken";
          "略称 {slug} は別の町が使っています。別の略称を選んでください。何も変わっていません。" / "Another town has the slug {slug}. Choose another one; nothing was changed." }

    TrainingTownOnly = "training_town_only" 409
        { "練習用の町ではありません" / "Not a training town";
          "{town} は練習用の町（town.toml の training = true）ではないので、初期化できません。何も変わっていません。" / "{town} is not a training town (training = true in its town.toml), so it cannot be reset. Nothing was changed." }

    // ── configuration ──
    ConfigSyntax = "config_syntax" 422
        { "設定ファイルを読めません" / "A configuration file cannot be read";
          "{file} の {line}行目：{why}。直してもう一度確かめてください。" / "{file}, line {line}: {why}. Correct it and validate again." }
    ConfigUnknownKey = "config_unknown_key" 422
        { "設定に知らない項目があります" / "Unknown key in the configuration";
          "{file} の {line}行目：項目 {key} はありません。書けるのは {known} です。" / "{file}, line {line}: there is no key {key}; the known ones are {known}." }
    ConfigMissingKey = "config_missing_key" 422
        { "設定に必要な項目がありません" / "A key is missing in the configuration";
          "{file} の {line}行目：項目 {key} が必要です。書き足してください。" / "{file}, line {line}: the key {key} is needed. Add it." }
    ConfigInvalidValue = "config_invalid_value" 422
        { "設定の値が正しくありません" / "A value in the configuration is not valid";
          "{file} の {line}行目：{key} の値が正しくありません（{why}）。直してください。" / "{file}, line {line}: the value of {key} is not valid ({why}). Correct it." }
    ConfigReference = "config_reference" 422
        { "設定が指すものがありません" / "The configuration refers to something that is not there";
          "{file} の {line}行目：{key} が指す {target} がありません。名前を確かめてください。" / "{file}, line {line}: {key} refers to {target}, which does not exist. Check the name." }
    ConfigDuplicate = "config_duplicate" 422
        { "設定に同じものが二つあります" / "Something is defined twice in the configuration";
          "{file} の {line}行目：{key}「{target}」が重なっています。一方を消してください。" / "{file}, line {line}: {key} {target} is defined twice. Remove one." }
    SampleDiffers = "sample_differs" 422
        { "見本の読み方が期待と違います" / "A sample is not read as expected";
          "{file} の {line}行目：{what} は {expected} のはずですが、{found} と読まれました。レイアウトを直すか、今の読み方が正しければ期待（expect/）を書き直してください。" / "{file}, line {line}: {what} should be {expected} and is read as {found}. Correct the layout, or the expectation (expect/) if the new reading is right." }
    TownCodeInvalid = "town_code_invalid" 422
        { "団体コードが正しくありません" / "The town code is not valid";
          "{file} の {line}行目：全国地方公共団体コード {code} が正しくありません（{why}）。総務省の一覧で確かめてください。" / "{file}, line {line}: the town code {code} is not valid ({why}). Check it against the national list." }
    LegalEntryMissing = "legal_entry_missing" 422
        { "法的根拠の記載がありません" / "The legal entry is missing";
          "連携元「{source}」に [legal]（利用目的・根拠条文・決定者・期限）がありません。根拠のないデータは取り込めません。町の設定に書き足してください。" / "The source {source} has no [legal] entry (purpose, article, who decided, until when). Data without one is not loaded. Add it to the town's profile." }
    LegalEntryExpired = "legal_entry_expired" 409
        { "法的根拠の期限が切れています" / "The legal entry has expired";
          "連携元「{source}」の根拠は {until} までです。決定を更新してから取り込んでください。" / "The legal entry of the source {source} ended on {until}. Renew the decision before loading." }
    OverlayOutOfBounds = "overlay_out_of_bounds" 422
        { "町の設定値が範囲の外です" / "The town's parameter is out of bounds";
          "{file} の {line}行目：{key} = {value} は共通の判定基準が許す範囲（{low}～{high}）の外です。範囲内の値にしてください。" / "{file}, line {line}: {key} = {value} is outside the bounds {low} to {high} of the shared rulebook. Choose a value within them." }
    OverlayLocked = "overlay_locked" 422
        { "この値は町では変えられません" / "This parameter is locked";
          "{file} の {line}行目：{key} は共通の判定基準で固定されています。この行を消してください。" / "{file}, line {line}: {key} is locked by the shared rulebook. Remove this line." }
    ProfileMissing = "profile_missing" 409
        { "町の設定がまだ適用されていません" / "The town has no applied profile";
          "この町の設定はまだ適用されていません。組合に適用を頼んでください。" / "No profile of this town has been applied yet. Ask the cooperative to apply it." }

    TownHasAdministrator = "town_has_administrator" 409
        { "この町にはもう管理者がいます" / "The town has an administrator";
          "この町にはもう町管理者がいます。組合が管理者を作れるのは、一人もいないときだけです。その町管理者に頼んでください。" / "The town already has an administrator; the cooperative makes one only while there is none. Ask that administrator." }
    BundleUnreadable = "bundle_unreadable" 422
        { "設定の一式を開けません" / "The bundle cannot be unpacked";
          "送られた設定の一式を開けません（{why}）。tenants/ のフォルダを zip か tar.gz にして送り直してください。何も変わっていません。" / "The bundle cannot be unpacked ({why}). Pack the folder tenants/ as zip or tar.gz and send it again; nothing was changed." }
    BundleUnsafePath = "bundle_unsafe_path" 422
        { "設定の一式に置けないものがあります" / "The bundle has an entry that is not allowed";
          "設定の一式の「{path}」は受け取れません（{why}）。取り除いて送り直してください。何も変わっていません。" / "The entry {path} of the bundle is not accepted ({why}). Remove it and send the bundle again; nothing was changed." }
    BundleTooLarge = "bundle_too_large" 413
        { "設定の一式が大きすぎます" / "The bundle is too large";
          "設定の一式は {entries} 件、開いて {limit} バイトまでです。設定のファイルだけを入れて送り直してください。何も変わっていません。" / "A bundle holds at most {entries} entries and {limit} bytes once unpacked. Pack configuration files only and send it again; nothing was changed." }
    ProfileNotFound = "profile_not_found" 404
        { "その版の設定はありません" / "No such version of the profile";
          "この町の設定にその番号の版はありません。版の一覧で確かめてください。" / "This town's profile has no version with that id. See the list of versions." }
    ProfilePlanNotFound = "profile_plan_not_found" 404
        { "その適用計画はありません" / "No such plan";
          "この町にその番号の適用計画はありません。古い計画は一週間で消えます。もう一度計画を作ってください。" / "This town has no plan with that id. Plans are kept for a week; make one anew." }
    ProfilePlanUsed = "profile_plan_used" 409
        { "この適用計画は使用済みです" / "The plan was applied already";
          "この適用計画は {applied_at} に適用済みです。計画は一度しか使えません。続けて変えるときは新しい計画を作ってください。" / "This plan was applied at {applied_at}; a plan is used once. Make a new one for further changes." }
    ProfilePlanStale = "profile_plan_stale" 409
        { "計画の後に別の版が適用されています" / "Another version was applied after the plan was made";
          "計画を作った後に別の版（{current}）が適用されたため、計画どおりの変更になりません。何も変わっていません。計画を作り直して差分を確かめてください。" / "Another version ({current}) was applied after this plan was made, so it would change something else. Nothing was changed; make the plan anew and look at its difference." }

    // ── a file ──
    EmptyFile = "empty_file" 422
        { "ファイルが空です" / "The file is empty";
          "ファイルに一行もありません。出力し直してください。原本は変更していません。" / "The file has no line. Export it again; nothing was changed." }
    NotATable = "not_a_table" 422
        { "表のファイルではありません" / "Not a file of a table";
          "文字の並びとして読めません。表計算（xlsx・xls）、CSV、固定長、JSON Lines のどれかで出力してください。画像や PDF、暗号化したファイルは読めません。" / "This does not read as text. Export a workbook (xlsx, xls), CSV, records of one length or JSON Lines; pictures, PDF and encrypted files cannot be read." }
    WrongEncoding = "wrong_encoding" 422
        { "文字コードが違います" / "Wrong encoding";
          "ファイルは {expected} として読めません（{line}行目）。出力の文字コードを確かめてください。原本は変更していません。" / "The file cannot be read as {expected} (line {line}). Check the encoding of the export; nothing was changed." }
    HeaderMismatch = "header_mismatch" 422
        { "見出しがレイアウトと違います" / "The header does not fit the layout";
          "見出しがレイアウトと違います。足りない列：{missing}。余分な列：{extra}。名前の変わったらしい列：{similar}。レイアウトの版か出力の設定を確かめてください。何も取り込んでいません。" / "The header does not fit the layout. Missing: {missing}. Unexpected: {extra}. Renamed, by the look of it: {similar}. Check the layout's version or the export's settings; nothing was loaded." }
    ColumnCount = "column_count" 422
        { "列の数がレイアウトと違います" / "The number of columns does not fit the layout";
          "{line}行目は {found} 列です（レイアウトは {expected} 列）。元の課に確認してください。原本は変更していません。" / "Line {line} has {found} columns (the layout has {expected}). Ask the holding section; nothing was changed." }
    RowBelowTotal = "row_below_total" 422
        { "合計より下に行があります" / "A row stands below the total";
          "{line}行目は合計より下にあります。表の途中に小計があるなら、なくして出力し直してもらうか、レイアウトの footer を直してください。原本は変更していません。" / "Line {line} stands below the total. Where a subtotal stands in the midst of the table, have it exported without one, or mend the layout's footer; nothing was changed." }
    RecordLength = "record_length" 422
        { "行の長さがレイアウトと違います" / "The record's length does not fit the layout";
          "{line}行目は {found} バイトです（レイアウトは {expected} バイト）。元の課に確認してください。原本は変更していません。" / "Line {line} has {found} bytes (the layout has {expected}). Ask the holding section; nothing was changed." }
    LayoutMismatch = "layout_mismatch" 422
        { "ファイルがレイアウトに合いません" / "The file does not fit the layout";
          "ほとんどの行がレイアウトに合いません（{rows} 行のうち {rejected} 行）。連携元とレイアウトを確かめてください。何も取り込んでいません。" / "Most lines do not fit the layout ({rejected} of {rows}). Check the source and its layout; nothing was loaded." }
    GuardTripped = "guard_tripped" 422
        { "取込の歯止めが働きました" / "A guard stopped the load";
          "{name}が {measured} で、決めた限度 {limit} の外です。何も取り込んでいません。途中で切れたファイルや別のファイルでないか、元の課に確かめてください。正しければ取込計画を作り、総括管理か決裁の担当者が理由を付けて適用してください。" / "{name}: {measured}, outside the limit of {limit}. Nothing was loaded. Ask the holding section whether the file is whole and the right one; if it is, make a plan and have an overall manager or an approver apply it with a reason." }
    TrailerMissing = "trailer_missing" 422
        { "終わりの記録がありません" / "The trailer record is missing";
          "ファイルの終わりの記録（トレーラー）がありません。途中で切れています。出力し直してください。何も取り込んでいません。" / "The trailer record is missing: the file is cut off. Export it again; nothing was loaded." }
    TrailerCount = "trailer_count" 422
        { "件数が合いません" / "The trailer's count does not fit";
          "トレーラーの件数は {expected} 件ですが、ファイルには {found} 件あります。出力し直してください。何も取り込んでいません。" / "The trailer says {expected} records, the file has {found}. Export it again; nothing was loaded." }
    UnterminatedQuote = "unterminated_quote" 422
        { "引用符が閉じていません" / "A quotation mark is not closed";
          "{line}行目で始まる引用符が閉じていません。途中で切れているか、出力が壊れています。元の課に出力し直しを頼んでください。何も取り込んでいません。" / "The quotation mark that opens on line {line} is never closed: the file is cut off or damaged. Ask the holding section to export it again; nothing was loaded." }
    LineEndsCr = "line_ends_cr" 422
        { "行が CR だけで終わっています" / "Lines end with CR alone";
          "行が CR だけで終わっているファイルです。設定の file.newline を \"cr\" にするか、改行を CRLF か LF にして出力し直してください。何も取り込んでいません。" / "Lines of the file end with CR alone. Set file.newline = \"cr\", or export it with CRLF or LF; nothing was loaded." }
    LineTooLong = "line_too_long" 422
        { "行が長すぎます" / "A line is too long";
          "{line}行目が上限（{limit} バイト）を超えています。元の課に確認してください。原本は変更していません。" / "Line {line} exceeds {limit} bytes. Ask the holding section; nothing was changed." }
    FileTooLarge = "file_too_large" 413
        { "ファイルが大きすぎます" / "The file is too large";
          "ファイルが上限（{limit} バイト）を超えています。期間や地区で分けて出力してください。何も取り込んでいません。" / "The file exceeds the limit of {limit} bytes. Export it in parts; nothing was loaded." }
    ArchiveTooLarge = "archive_too_large" 422
        { "圧縮ファイルの中身が大きすぎます" / "What the archive holds is too large";
          "圧縮ファイルを開くと上限（{limit}）を超えます。小さく分けて出力するか、圧縮せずに送ってください。何も取り込んでいません。" / "Opened, the archive exceeds its limit ({limit}). Export it in parts or send it uncompressed; nothing was loaded." }
    ArchiveUnreadable = "archive_unreadable" 422
        { "圧縮ファイルを開けません" / "The archive cannot be opened";
          "圧縮ファイルを開けません（{why}）。ファイルを一つだけ入れ、暗号なしで圧縮し直してください。何も取り込んでいません。" / "The archive cannot be opened ({why}). Put one file into it, without a password; nothing was loaded." }
    SheetTooLarge = "sheet_too_large" 422
        { "表計算ファイルが大きすぎます" / "The workbook is too large";
          "表計算ファイルが上限（{limit}）を超えています。不要なシート・書式・行を消すか、CSV で出力してください。何も取り込んでいません。" / "The workbook exceeds a limit ({limit}). Remove sheets, formats or rows that are not needed, or export CSV; nothing was loaded." }
    SheetUnreadable = "sheet_unreadable" 422
        { "表計算ファイルを読めません" / "The workbook cannot be read";
          "表計算ファイルを読めません（{why}）。元のソフトで開いて保存し直してください。何も取り込んでいません。" / "The workbook cannot be read ({why}). Open it where it was made and save it again; nothing was loaded." }
    SheetNotFound = "sheet_not_found" 422
        { "シートがありません" / "No such sheet";
          "シート「{sheet}」がありません（あるのは {known}）。設定の file.sheet かファイルを確かめてください。何も取り込んでいません。" / "There is no sheet {sheet}; there are {known}. Check file.sheet or the file; nothing was loaded." }
    FileNameMismatch = "file_name_mismatch" 422
        { "ファイル名が決まりと違います" / "The file's name is not as agreed";
          "ファイル名が決まり（{pattern}）と違うため、期間が分かりません。元の名前で送ってください。何も取り込んでいません。" / "The file's name is not of the form {pattern}, so its period is not known. Send it under its own name; nothing was loaded." }
    LayoutVersionMissing = "layout_version_missing" 422
        { "その日のレイアウトがありません" / "No version of the layout is in force on that day";
          "{as_of} 時点のファイルを読むレイアウトの版がありません。設定の [[version]] の期間を確かめてください。何も取り込んでいません。" / "No version of the layout reads a file of {as_of}. Check the periods of [[version]]; nothing was loaded." }
    DigestMismatch = "digest_mismatch" 422
        { "ファイルが途中で変わりました" / "The file changed on its way";
          "届いたファイルが、送る前に計算された値（ダイジェスト）と合いません。途中で変わっています。もう一度アップロードしてください。何も取り込んでいません。" / "The digest of what arrived differs from the one given. Upload again; nothing was loaded." }
    UploadIncomplete = "upload_incomplete" 422
        { "アップロードが途中で切れました" / "The upload was cut off";
          "{expected} バイトのうち {found} バイトだけ届きました。もう一度アップロードしてください。何も取り込んでいません。" / "Only {found} of {expected} bytes arrived. Upload again; nothing was loaded." }
    UploadOffset = "upload_offset" 409
        { "続きの位置が違います" / "The part does not follow";
          "このファイルは {found} バイト目まで届いています。Upload-Offset: {found} で、その続きから送ってください。" / "{found} bytes of this file have come. Send what follows them, with Upload-Offset: {found}." }
    UploadNotArriving = "upload_not_arriving" 409
        { "受付中のファイルではありません" / "The upload is not arriving";
          "このアップロードは受付中ではありません（{state}）。新しいアップロードを始めてください。" / "The upload is {state}: it takes no more parts. Begin a new one." }
    DigestRequired = "digest_required" 400
        { "ダイジェストが要ります" / "A digest is required";
          "アップロードに、ファイルの SHA-256 がありません。ヘッダー {header}（RFC 9530）に付けて、もう一度送ってください。" / "The upload came without the file's SHA-256. Send it again with the header {header} (RFC 9530)." }
    LoadNotReady = "load_not_ready" 409
        { "いまはできません" / "Not in this state";
          "取込の状態が {state} のため、この操作はできません。取込の一覧で今の状態を確かめてください。" / "The load is {state}; this cannot be done now. See its state in the list of loads." }

    LoadSignedOff = "load_signed_off" 409
        { "確認済みです" / "Already signed off";
          "この取込品質報告は、すでに確認されています。確認した人と日時は報告に載っています。違う点があれば、その人に知らせてください。" / "The report of this load is signed off already. Who did so, and when, stands in it; tell them if something is wrong." }
    LoadSuperseded = "load_superseded" 409
        { "新しい取込があります" / "A later file has been loaded";
          "この取込のあとに新しいファイルが取り込まれています（{load}）。新しい取込のエラーを訂正してください。何も取り込んでいません。" / "A later file of this source has been loaded ({load}). Correct the rejects of that load; nothing was loaded." }
    CorrectionMismatch = "correction_mismatch" 409
        { "訂正する取込と合いません" / "Not of the load it is to correct";
          "訂正のファイルは、連携元「{source}」・{as_of} 時点として受け付けたものにしてください。何も取り込んでいません。" / "Hand the corrected lines in as the source {source} of {as_of}, as the load they correct; nothing was loaded." }

    // ── a cell (reasons of a reject) ──
    EraBounds = "era_bounds" 422
        { "元号の期間の外です" / "Outside its era";
          "{line}行目『{column}』が読めません（{raw}：{era}は{first}からです）。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} is before the era it names ({era} began on {first}). Ask the holding section; nothing was changed." }
    EraOverflow = "era_overflow" 422
        { "元号が終わったあとの日付です" / "After the end of its era";
          "{line}行目『{column}』：{raw} は元号が終わったあとの日付です。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} is after the end of the era it names. Ask the holding section; nothing was changed." }
    ImpossibleDate = "impossible_date" 422
        { "ありえない日付です" / "An impossible date";
          "{line}行目『{column}』：{raw} という日付はありません。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: there is no date {raw}. Ask the holding section; nothing was changed." }
    NotADate = "not_a_date" 422
        { "日付として読めません" / "Not a date";
          "{line}行目『{column}』：{raw} を日付として読めません。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} cannot be read as a date. Ask the holding section; nothing was changed." }
    NotANumber = "not_a_number" 422
        { "数として読めません" / "Not a number";
          "{line}行目『{column}』：{raw} を数として読めません。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} cannot be read as a number. Ask the holding section; nothing was changed." }
    OutOfRange = "out_of_range" 422
        { "範囲の外です" / "Out of range";
          "{line}行目『{column}』：{raw} は範囲（{low}～{high}）の外です。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} is outside {low} to {high}. Ask the holding section; nothing was changed." }
    PatternMismatch = "pattern_mismatch" 422
        { "形が違います" / "Not of the expected form";
          "{line}行目『{column}』：{raw} は決められた形ではありません。元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} is not of the expected form. Ask the holding section; nothing was changed." }
    CodeUnmapped = "code_unmapped" 422
        { "コード表にありません" / "Not in the code list";
          "{line}行目『{column}』：{raw} はコード表 {list} にありません。コード表に加えるか、元の課に確認してください。原本は変更していません。" / "Line {line}, {column}: {raw} is not in the code list {list}. Add it there or ask the holding section; nothing was changed." }
    NotWhole = "not_whole" 422
        { "割り切れない数です" / "Not a whole number of units";
          "{line}行目『{column}』：{raw} は決められた単位の整数になりません。小数の桁（scale）か単位（unit）の設定を確かめてください。原本は変更していません。" / "Line {line}, {column}: {raw} is not a whole number of the unit kept. Check scale and unit in the layout; nothing was changed." }
    FormulaValue = "formula_value" 422
        { "数式の値です" / "The value of a formula";
          "{line}行目『{column}』は数式です。保存されたときの計算結果 {raw} を読みました。元の課に確認してください。原本は変更していません。" / "Line {line}, {column} is a formula; its result as last saved ({raw}) was read. Ask the holding section; nothing was changed." }
    JsonUnreadable = "json_unreadable" 422
        { "JSON として読めません" / "Not JSON";
          "{line}行目を JSON のオブジェクトとして読めません。一行に一件ずつ出力してください。原本は変更していません。" / "Line {line} is not a JSON object. Export one object a line; nothing was changed." }
    JsonKeyTwice = "json_key_twice" 422
        { "JSON の項目が二度あります" / "A member stands twice";
          "{line}行目に『{key}』が二度あり、どちらが正しいか分かりません。元の課に確認してください。原本は変更していません。" / "Line {line} has {key} twice, and nothing says which is right. Ask the holding section; nothing was changed." }
    JsonKeyUnknown = "json_key_unknown" 422
        { "レイアウトにない JSON の項目があります" / "A member that the layout does not have";
          "{line}行目に、レイアウトにない項目があります（{keys}）。取り込まない項目なら file.ignored に書き、使う項目なら [[field]] を加えてください。原本は変更していません。" / "Line {line} has members that the layout does not have ({keys}). Write them to file.ignored, or add a [[field]] for what is to be taken; nothing was changed." }
    JsonNotOneValue = "json_not_one_value" 422
        { "一つの値ではありません" / "Not one value";
          "{line}行目『{column}』は一つの値ではありません（配列、オブジェクトか、JSON では正確に表せない数）。一つの値か文字列にして出力し直してください。原本は変更していません。" / "Line {line}, {column} is not one value (a list, an object, or a number that JSON does not keep exactly). Export one value or a text; nothing was changed." }
    BlankUndeclared = "blank_undeclared" 422
        { "空欄の意味が決まっていません" / "The meaning of blank is not declared";
          "{line}行目『{column}』が空欄です。空欄の意味を設定（missing）に書くか、元の課に確認してください。原本は変更していません。" / "Line {line}, {column} is blank. Declare what blank means (missing) or ask the holding section; nothing was changed." }
    RequiredMissing = "required_missing" 422
        { "必要な値がありません" / "A required value is missing";
          "{line}行目『{column}』の値がありません。この値は必要です。元の課に確認してください。原本は変更していません。" / "Line {line}, {column} has no value, and it is required. Ask the holding section; nothing was changed." }
    BadEncoding = "bad_encoding" 422
        { "文字を読めません" / "A character cannot be read";
          "{line}行目『{column}』に読めない文字があります。元の課に確認してください。原本は変更していません。" / "Line {line}, {column} has a character that cannot be read. Ask the holding section; nothing was changed." }
    Gaiji = "gaiji" 422
        { "外字があります" / "An external character";
          "{line}行目『{column}』に外字（{raw}）があります。町の外字表に加えるか、元の課に確認してください。原本は変更していません。" / "Line {line}, {column} has an external character ({raw}). Add it to the town's table or ask the holding section; nothing was changed." }
    FieldBoundary = "field_boundary" 422
        { "文字が項目の境で切れています" / "A character is cut by the field's boundary";
          "{line}行目『{column}』の境で全角文字が切れています。レイアウトの桁位置を確かめてください。原本は変更していません。" / "Line {line}: a double-byte character is cut at the boundary of {column}. Check the layout's positions; nothing was changed." }
    DuplicateKey = "duplicate_key" 422
        { "同じものの行が二つあります" / "Two lines have the same key";
          "{line}行目『{column}』が {first}行目と同じです（一つだけのはずです）。元の課に確認してください。原本は変更していません。" / "Line {line} has the same key ({column}) as line {first}. Ask the holding section; nothing was changed." }

    // ── linkage ──
    LinkAmbiguous = "link_ambiguous" 409
        { "本人を一人に決められません" / "The person is not certain";
          "同じ氏名カナ・生年月日の住民が {count} 人います。突合待ちで選んでください。" / "{count} persons share the same kana and birth date. Choose in the link queue." }
    LinkTaskDecided = "link_task_decided" 409
        { "もう決まっています" / "Already decided";
          "この突合待ちはもう決まっています。変えるには先に取り消してください。" / "This link task is decided already. Undo it first to change it." }

    LinkTaskNotDecided = "link_task_not_decided" 409
        { "まだ決まっていません" / "Not decided";
          "この突合待ちには取り消す決定がありません。一覧を読み直してください。" / "This link task has no decision to undo. Read the queue again." }

    // ── case work ──
    RelationContradicts = "relation_contradicts" 409
        { "別の記録と合いません" / "It contradicts another record";
          "この二人の関係はすでに {other} に記録されているか、合わせると自分の先祖になる人が出ます。何も記録していません。先の記録を訂正するか終了してください。" / "These two have a relation recorded already as {other}, or somebody would become their own ancestor. Nothing was recorded. Correct or end that record first." }
    CaseIsOpen = "case_is_open" 409
        { "開いているケースがあります" / "A case is open already";
          "この住民には開いているケース（{case}）があります。そこに担当を加えるか、終結してから開いてください。" / "This person has an open case ({case}). Add to it, or close it before opening another." }
    CaseIsClosed = "case_is_closed" 409
        { "終結したケースです" / "The case is closed";
          "このケースは終結しています。変えるには新しいケースを開いてください。" / "This case is closed. Open a new one instead." }

    // ── rules ──
    RunUnassessable = "run_unassessable" 409
        { "判定できません" / "Nothing to score";
          "判定に使うデータがまだ一つも取り込まれていません。先に取込をしてください。" / "None of the rulebook's inputs has been loaded yet. Load them first." }

    // ── protection ──
    ProtectionListStale = "protection_list_stale" 409
        { "支援措置の一覧が古いか、ありません" / "The protection list is missing or stale";
          "支援措置の一覧が取り込まれていないか古いため、町の外へ出すことはできません。最新の一覧を取り込んでください。" / "The protection list has not been loaded or is too old, so nothing may leave the town. Load the current list." }
    ProtectionRunning = "protection_running" 409
        { "支援措置は続いています" / "The protection is still running";
          "この人の支援措置は終わりの日を過ぎていないか、一覧にありません。終わらせられるのは期限を過ぎたものだけです。期限の前に終わるときは、終わりの日を入れた一覧を取り込んでください。" / "This person's protection has not passed its end date, or is not on the list. Only one that has can be ended. Where it ends earlier, load a list that says so." }
    ProtectedPerson = "protected_person" 409
        { "支援措置の対象者です" / "The person is under protection";
          "対象者は支援措置を受けています。同意による通常の引継ぎはできません。課長に相談してください。" / "The person is under protection. An ordinary handover on consent is not possible. Ask the section head." }
    ExportNotAllowed = "export_not_allowed" 403
        { "書き出しは許されていません" / "Exports are not allowed";
          "この町では、ファイルや紙への書き出しが許されていません。必要なら、町の設定の [export] に決定（誰が・いつ）を記して適用してください。" / "This town has not decided to allow files or paper to leave. Where they are needed, record the decision (by whom, when) under [export] in the town's profile and apply it." }
    ExportProtected = "export_protected" 409
        { "支援措置のため書き出せません" / "Not exported: somebody is under protection";
          "この子か、同じ世帯や親族の人が支援措置を受けているため、個票は書き出せません。書き出さずに、記録を読んで確認してください。" / "The child, or somebody of the household or family, is under protection, so there is no sheet. Read the record instead of exporting it." }

    // ── consent ──
    ConsentExpired = "consent_expired" 409
        { "同意の期限が切れています" / "The consent has expired";
          "同意は {until} までです。改めて同意を得てください。" / "The consent ended on {until}. Obtain it anew." }
    ConsentOtherPerson = "consent_other_person" 409
        { "別の人の同意です" / "The consent is another person's";
          "この同意は引き継ぐ本人のものではありません。本人（または法定代理人）の同意を選んでください。" / "This consent is not of the data subject whose record would travel. Choose theirs." }
    ConsentWithdrawn = "consent_withdrawn" 409
        { "同意は撤回されています" / "The consent was withdrawn";
          "この同意は撤回されています。これにもとづく引継ぎはできません。続けるには、改めて同意を得てください。" / "This consent was withdrawn; what rests on it cannot go on. Obtain it anew to go on." }
    ConsentScope = "consent_scope" 409
        { "同意の範囲の外です" / "Outside the consent's scope";
          "同意の範囲（分類・相手の町・目的）に {what} は入っていません。範囲を見直すか、改めて同意を得てください。" / "The consent's scope (categories, receiving town, purpose) does not include {what}. Narrow the handover or obtain consent anew." }

    // ── handover ──
    ReceiverNotMember = "receiver_not_member" 422
        { "相手の町は加入していません" / "The receiving town is not a member";
          "{town} は組合に加入していないため、ここからは引き継げません。紙の手続をとってください。" / "{town} is not a member, so the record cannot travel here. Use the paper procedure." }
    HandoverState = "handover_state" 409
        { "引継ぎの状態が違います" / "The handover is in another state";
          "引継ぎの状態が {state} のため、この操作はできません。引継ぎを読み直して、今の状態を確かめてください。" / "The handover is {state}; this cannot be done now. Read it again." }
    AlreadyDecided = "already_decided" 409
        { "もう決まっています" / "Already decided";
          "この引継ぎは、もう別の決定がされています（今の状態：{state}）。決定は変えられません。引継ぎを読み直し、誤りだったときは相手の町に連絡してください。" / "Another decision on this handover has been made; it is {state}, and that cannot be changed. Read it again, and tell the other town if it was a mistake." }
    VersionSuperseded = "version_superseded" 409
        { "先に直されています" / "Somebody was faster";
          "読んだ後に別の人が直しました。いまは第{version}版です。読み直してから、必要ならもう一度直してください。" / "It was changed after you read it and now is version {version}. Read it again, and change it again if still needed." }
    NothingToHandOver = "nothing_to_hand_over" 409
        { "引き継ぐものがありません" / "There is nothing to hand over";
          "選んだ人と分類に記録がありません。分類を見直してください。" / "There is no record for the chosen persons and categories. Review the categories." }
    PackageTampered = "package_tampered" 422
        { "引継ぎデータが改ざんされているか、壊れています" / "The package was tampered with or damaged";
          "引継ぎデータの署名または暗号が正しくありません。開いていません。送り元の町に連絡してください。" / "The package's signature or seal is not valid. It was not opened; tell the sending town." }
    PackageUnreadable = "package_unreadable" 422
        { "引継ぎデータを読めません" / "The package cannot be read";
          "引継ぎデータは開きましたが、中身の形が正しくありません。何も取り込んでいません。送り元の町に作り直しを頼んでください。" / "The package opened, but its content is not of the known form. Nothing was taken in; ask the sending town to make it anew." }
    ReceiptInvalid = "receipt_invalid" 422
        { "受領証が正しくありません" / "The receipt is not valid";
          "受領証の署名または内容が、この引継ぎと合いません。相手の町と組合に連絡してください。" / "The receipt's signature or content does not fit the handover. Tell the other town and the cooperative." }
    HandoverExpired = "handover_expired" 409
        { "引継ぎの期限が過ぎています" / "The handover has expired";
          "この引継ぎの期限は {until} でした。送り元の町に改めて頼んでください。" / "This handover expired on {until}. Ask the sending town to offer it again." }
    HandoverTooLate = "handover_too_late" 409
        { "受諾は間に合いませんでした" / "The acceptance came too late";
          "受諾の前に、送り元の町が取り下げたか、期限（{until}）が過ぎました。続けるなら、送り元の町に改めて申し出てもらってください。" / "Before it was accepted, the sending town took it back or its time ({until}) was over. To go on, ask that town to offer it again." }
    ReviewNotWaiting = "review_not_waiting" 409
        { "後閲を待つ代決ではありません" / "No decision waits for a review";
          "この引継ぎは代決されていないか、もう後閲されています。後閲するものはありません。引継ぎを読み直して確かめてください。" / "This handover was not decided on anybody's behalf, or somebody has reviewed it already. There is nothing to review. Read it again." }
    PackageReadable = "package_readable" 409
        { "引継ぎデータは読めます" / "The package can be read";
          "引継ぎデータは正しく開けます。判読不能とは答えられません。受け取るか、項目ごとに辞退してください。" / "The package opens as it should and cannot be reported as unreadable. Take it in, or refuse items of it." }
    TaskDone = "task_done" 409
        { "この仕事はもう済んでいます" / "The task is done already";
          "この仕事は済んだと記録されています。記録は変えられません。一覧を読み直してください。" / "This task is recorded as done; the record cannot be changed. Read the list again." }
    KeyNotPinned = "key_not_pinned" 409
        { "相手の町の鍵が確認されていません" / "The other town's key is not pinned";
          "{town} の公開鍵を、まだ二人で確認していません。町の管理者に確認を頼んでください。" / "The public key of {town} has not been pinned by two people. Ask your town's administrator." }

    // ── evidence ──
    EvidenceRefused = "evidence_refused" 503
        { "証跡を書けません" / "The evidence could not be written";
          "証跡を書けないため、何もしていません。しばらくしてからやり直し、続くときは組合に連絡してください。" / "The evidence could not be written, so nothing was done. Try again, and tell the cooperative if it goes on." }
    EvidenceInvalid = "evidence_invalid" 422
        { "証跡が合いません" / "The evidence does not verify";
          "証跡の検証に失敗しました（{what}）。原本を保存し、町の監査担当に連絡してください。" / "Verification failed ({what}). Keep the file and tell the town's auditor." }
}
