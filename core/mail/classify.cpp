#include "core/mail/classify.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/mail/composition.hpp"
#include "core/mail/diff.hpp"
#include "core/mail/subject.hpp"
#include "core/mail/text.hpp"

namespace quilter {
namespace {

// What the rules look at.
struct Reading {
  const Mail& mail;  // without its parts
  Subject subject;
  Composition composition;
  Ancestors ancestors;
  Mailbox submitter;
  Hints hints;
  std::optional<PullRequest> pull;
  bool notice = false;  // two rules ask, and looking through all fields takes long

  bool has_diff() const { return quilter::has_diff(composition); }
  bool in_thread() const { return !ancestors.ids.empty(); }
};

bool is_hinted(const Reading& reading) {
  return reading.hints.ignore;
}

bool has_no_sender(const Reading& reading) {
  return reading.submitter.address.empty();
}

struct NoticeField {
  std::string_view name;
  std::string_view start;  // of the body; "" for any
};
// Fields that only robots set, which report on patches and carry their diffs.
constexpr std::array notice_fields{
    NoticeField{"X-Mailer", "tip-git-log-daemon"},
    NoticeField{"X-stable", "commit"},
    NoticeField{"X-stable-base", ""},
    NoticeField{"X-Bugzilla-Type", ""},
    NoticeField{"X-Bugzilla-URL", ""},
    NoticeField{"X-Git-Newrev", ""},  // git's post-receive-email, git-multimail
    NoticeField{"X-Git-Refname", ""},
    NoticeField{"X-SVN-Commit-Repository", ""},  // Subversion's mailer.py and its kin
    NoticeField{"X-SVN-Commit-Revision", ""},
    NoticeField{"X-SVN-Group", ""},
    NoticeField{"X-Act-Checkin", ""},  // sourceware.org
    NoticeField{"X-Gerrit-MessageType", ""},
    NoticeField{"Auto-Submitted", "auto-replied"},     // RFC 3834 §5
    NoticeField{"Content-Type", "multipart/report"},   // RFC 6522: bounces
    NoticeField{"Content-Type", "multipart/digest"}};  // RFC 2046 §5.1.5

struct NoticeWords {
  std::string_view start;   // of the name
  std::string_view within;  // of the name
};
constexpr std::array notice_words{NoticeWords{"patch \"", "added to"},
                                  NoticeWords{"failed: patch \"", ""},
                                  NoticeWords{"+ ", ".patch added to"},
                                  NoticeWords{"patch queued", ""},
                                  NoticeWords{"", ".patch removed from -mm tree"},
                                  NoticeWords{"applied \"", "\" to the "},
                                  NoticeWords{"svn commit: ", ""},
                                  NoticeWords{"", " digest, vol "}};

bool has_notice_marks(const Reading& reading) {
  const auto has_field = [&](const NoticeField& field) {
    const auto bodies = all(reading.mail, field.name);
    return std::any_of(bodies.begin(), bodies.end(), [&](std::string_view body) {
      return starts_ignoring_case(body, field.start);
    });
  };
  const auto has_words = [&](const NoticeWords& words) {
    return starts_ignoring_case(reading.subject.name, words.start) &&
           contains_ignoring_case(reading.subject.name, words.within);
  };
  const auto is_tip = [](std::string_view prefix) {  // "tip: x86/urgent", "git:media_tree/master"
    return starts_ignoring_case(prefix, "tip:") || starts_ignoring_case(prefix, "git:");
  };
  const auto& prefixes = reading.subject.prefixes;
  return std::any_of(notice_fields.begin(), notice_fields.end(), has_field) ||
         std::any_of(notice_words.begin(), notice_words.end(), has_words) ||
         std::any_of(prefixes.begin(), prefixes.end(), is_tip);
}

bool is_notice(const Reading& reading) {
  return reading.notice;
}

bool is_notice_in_thread(const Reading& reading) {
  return is_notice(reading) && reading.in_thread();
}

bool is_forward(const Reading& reading) {
  return reading.subject.forward;
}

bool is_forward_in_thread(const Reading& reading) {
  return is_forward(reading) && reading.in_thread();
}

// An answer that proposes a patch as `git am --scissors` takes it.
bool is_proposal(const Reading& reading) {
  return reading.subject.reply && reading.composition.proposal;
}

bool is_reply(const Reading& reading) {
  return reading.subject.reply && (reading.in_thread() || !reading.has_diff());
}

bool asks_to_pull(const Reading& reading) {
  const auto subject = first(reading.mail, "Subject");
  return has_prefix(reading.subject, "PULL") || contains_ignoring_case(subject, "git pull") ||
         contains_ignoring_case(subject, "pull request") ||
         contains_ignoring_case(subject, "please pull");
}

bool is_pull_request(const Reading& reading) {
  return reading.pull && (asks_to_pull(reading) || !reading.has_diff());
}

bool has_diff(const Reading& reading) {
  return reading.has_diff();
}

bool is_cover(const Reading& reading) {
  return reading.subject.marker && reading.subject.marker->number == 0 &&
         reading.subject.marker->total > 0;
}

bool is_in_thread(const Reading& reading) {
  return reading.in_thread();
}

bool is_anything(const Reading&) {
  return true;
}

struct Rule {
  const char* name;
  bool (*applies)(const Reading&);
  std::optional<Kind> kind;  // nothing: ignored, with the rule's name as the reason
};

// The first that applies decides.
constexpr std::array rules{
    Rule{"hint-ignore", is_hinted, std::nullopt},
    Rule{"no-sender", has_no_sender, std::nullopt},
    Rule{"notice-in-thread", is_notice_in_thread, Kind::comment},
    Rule{"notice", is_notice, std::nullopt},
    Rule{"forward-in-thread", is_forward_in_thread, Kind::comment},
    Rule{"forward", is_forward, std::nullopt},
    Rule{"scissors", is_proposal, Kind::patch},
    Rule{"reply", is_reply, Kind::comment},
    Rule{"pull-request", is_pull_request, Kind::pull_request},
    Rule{"cover", is_cover, Kind::cover_letter},  // also with an interdiff in it
    Rule{"diff", has_diff, Kind::patch},
    Rule{"in-thread", is_in_thread, Kind::comment},
    Rule{"no-patch", is_anything, std::nullopt},
};

Reading read(Mail& mail, const ListProfile& list, const MessageId& self) {
  Reading reading{mail,
                  parse_subject(first(mail, "Subject"), list.list_tag),
                  compose(std::move(mail.parts)),
                  ancestors(all(mail, "In-Reply-To"), all(mail, "References"), self),
                  {},
                  {},
                  {},
                  false};
  if (reading.has_diff() && reading.subject == Subject{})  // an empty field: the body may know more
    reading.subject = parse_subject(reading.composition.subject, list.list_tag);
  reading.submitter = submitter(mail, list.list_addresses, reading.composition.author);
  reading.hints = hints(mail, list.hint_rights, reading.submitter.address);
  reading.pull = pull_request(reply_text(reading.composition));
  reading.notice = has_notice_marks(reading);
  return reading;
}

void take_subject(Submission& submission, Subject subject) {
  submission.name = std::move(subject.name);
  submission.prefixes = std::move(subject.prefixes);
  submission.version = subject.version;
  if (const auto marker = subject.marker; marker && marker->total > 0) {
    submission.numbered = true;
    submission.number = marker->number;
    submission.total = marker->total;
  }
}

// The part of a submission that every kind has.
Submission common(Reading& reading, OwnId own) {
  Submission submission;
  submission.message_id = std::move(own.id);
  submission.message_id_derived = own.derived;
  submission.ancestors = std::move(reading.ancestors.ids);
  submission.ancestors_dropped = reading.ancestors.dropped;
  submission.submitter = submission.author = std::move(reading.submitter);
  submission.hints = std::move(reading.hints);
  submission.date = parse_date(first(reading.mail, "Date"));
  submission.subject = first(reading.mail, "Subject");
  take_subject(submission, std::move(reading.subject));
  return submission;
}

// An answer's own "[PATCH v2 3/7]" is that of the mail it answers: it says nothing of the patch
// that it proposes.
Subject proposed(const Subject& answer, const Proposal& proposal, const ListProfile& list) {
  if (!proposal.subject.empty()) return parse_subject(proposal.subject, list.list_tag);
  Subject subject;
  subject.name = answer.name;
  return subject;
}

void take_diff(Submission& submission, Composition& composition) {
  submission.content = std::move(composition.content);
  submission.diff = take_diff(composition);
  submission.files = std::move(composition.files);
  submission.patch_id = patch_id(submission.diff, composition.hunks);
  if (composition.author) submission.author = std::move(*composition.author);
}

Submission make(const Rule& rule, Reading& reading, const ListProfile& list, OwnId own) {
  const bool proposes = rule.applies == is_proposal;
  if (proposes) reading.subject = proposed(reading.subject, *reading.composition.proposal, list);
  auto submission = common(reading, std::move(own));
  submission.kind = *rule.kind;
  submission.rule = rule.name;
  if (submission.kind == Kind::patch || submission.kind == Kind::pull_request)
    take_diff(submission, reading.composition);
  else
    submission.content = take_reply_text(reading.composition);
  if (submission.kind == Kind::pull_request) {
    submission.pull = std::move(reading.pull);
    submission.author = submission.submitter;
  }
  submission.trailers =
      submission.kind == Kind::comment
          ? reply_trailers(submission.content)
          : trailers(proposes ? reading.composition.proposal->message : submission.content);
  if (submission.kind != Kind::comment)
    submission.metadata = metadata(submission.content, first(reading.mail, "X-Change-ID"));
  return submission;
}

}  // namespace

Classified classify(Mail mail, const ListProfile& list) {
  auto own = own_id(mail);
  auto reading = read(mail, list, own.id);
  const auto& rule =
      *std::find_if(rules.begin(), rules.end(), [&](const Rule& r) { return r.applies(reading); });
  if (!rule.kind) return Ignored{rule.name};
  return make(rule, reading, list, std::move(own));
}

OwnId own_id(const Mail& mail) {
  for (const auto body : all(mail, "Message-ID"))
    if (auto id = message_id(body)) return {std::move(*id), false};
  return {"quilter." + mail.fingerprint.substr(0, 32) + "@derived.invalid", true};
}

}  // namespace quilter
