#include "milter/callbacks.hpp"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>

#include <atomic>
#include <exception>
#include <memory>
#include <new>
#include <string>

#include "core/ingest/maillog.hpp"
#include "milter/error.hpp"
#include "milter/session.hpp"

namespace quilter::milter {
namespace {

struct Shared {
  Recorder& recorder;
  std::atomic<std::size_t> max_message_bytes;
  Progress progress;
  Admission admission{};
};

// libmilter knows one set of callbacks a process and gives them no pointer of ours.
Shared* shared = nullptr;

Session* session_of(SMFICTX* context) {
  return static_cast<Session*>(smfi_getpriv(context));
}

sfsistat answer(SMFICTX* context, const Reply& reply) {
  if (*reply.code != '\0') {
    // libmilter copies the texts, its signature only does not say so.
    smfi_setreply(context, const_cast<char*>(reply.code), const_cast<char*>(reply.enhanced),
                  const_cast<char*>(reply.text));
  }
  return reply.verdict;
}

// Every callback of a session is guarded<handler, reply on failure>.
template <auto handler, const Reply& on_failure, typename... Arguments>
sfsistat guarded(SMFICTX* context, Arguments... arguments) noexcept {
  auto* session = session_of(context);
  if (session == nullptr) return answer(context, on_failure);
  try {
    return answer(context, handler(context, *session, arguments...));
  } catch (const std::bad_alloc&) {
    session->fail_out_of_memory();
  } catch (const std::exception& error) {
    session->fail(error.what());
  } catch (...) {
    session->fail("unknown exception");
  }
  return answer(context, on_failure);
}

// The queue id: Postfix knows it from DATA on, Sendmail at MAIL.
const char* queue_id(SMFICTX* context) {
  std::string macro{"i"};
  return smfi_getsymval(context, macro.data());
}

const Reply& on_mail(SMFICTX* context, Session& session, char** arguments) {
  session.mail(*arguments);
  session.queue_id_is(queue_id(context));
  while (*++arguments != nullptr) session.size_announced(*arguments);
  return no_reply;
}

const Reply& on_recipient(SMFICTX* /*context*/, Session& session, char** arguments) {
  session.recipient(*arguments);
  return no_reply;
}

const Reply& on_header_field(SMFICTX* /*context*/, Session& session, const char* name,
                             const char* body) {
  session.header_field(name, body);
  return no_reply;
}

const Reply& on_end_of_headers(SMFICTX* context, Session& session) {
  session.queue_id_is(queue_id(context));
  return session.end_of_headers();
}

const Reply& on_body(SMFICTX* /*context*/, Session& session, const unsigned char* chunk,
                     std::size_t size) {
  session.body({reinterpret_cast<const char*>(chunk), size});
  return no_reply;
}

const Reply& on_end_of_message(SMFICTX* context, Session& session) {
  session.queue_id_is(queue_id(context));
  // The one action that needs no negotiation, and is allowed nowhere else.
  const Progress::During during{shared->progress, context};
  return session.end_of_message();
}

const Reply& on_abort(SMFICTX* /*context*/, Session& session) {
  session.forget();
  return go_on;
}

// May be the only callback of a connection, with no session.
sfsistat on_close(SMFICTX* context) noexcept {
  const std::unique_ptr<Session> session{session_of(context)};
  smfi_setpriv(context, nullptr);
  return SMFIS_CONTINUE;
}

void start_session(SMFICTX* context, LeadingSpace leading_space) {
  auto session = std::make_unique<Session>(shared->recorder, shared->admission,
                                           shared->max_message_bytes, leading_space);
  const std::unique_ptr<Session> old{session_of(context)};
  if (smfi_setpriv(context, session.get()) == MI_SUCCESS) static_cast<void>(session.release());
}

// After SMFIC_QUIT_NC ("quit, new connection follows") MAIL comes to a connection that was closed
// and not negotiated again. A space too many after the colon harms nobody.
sfsistat on_first_mail(SMFICTX* context, char** arguments) noexcept {
  try {
    if (session_of(context) == nullptr) start_session(context, LeadingSpace::stripped);
  } catch (const std::exception& error) {
    maillog::callback_failed("NOQUEUE", error.what());
  }
  return guarded<on_mail, no_reply>(context, arguments);
}

constexpr unsigned long unneeded_steps =
    SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN;

// Once such a step is negotiated, any answer but SMFIS_NOREPLY, a tempfail too, makes libmilter
// leave the mail transaction while the MTA waits for the reply to the next step. libmilter itself
// fakes the reply for an MTA that knows nothing of this, so it always offers these four.
constexpr unsigned long silent_steps = SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_BODY;

void ask_for_queue_id(SMFICTX* context) {
  std::string macro{"i"};
  // Sendmail 8.17.1 picks the list of end of message by the flag of end of headers: set both.
  smfi_setsymlist(context, SMFIM_EOH, macro.data());
  smfi_setsymlist(context, SMFIM_EOM, macro.data());
}

// No action is asked for: Quilter changes no message. Giving a macro list counts as one.
sfsistat on_negotiate(SMFICTX* context, unsigned long offered_actions, unsigned long offered_steps,
                      unsigned long /*reserved*/, unsigned long /*reserved*/,
                      unsigned long* actions, unsigned long* steps, unsigned long* reserved2,
                      unsigned long* reserved3) noexcept {
  *reserved2 = *reserved3 = 0;
  *actions = offered_actions & SMFIF_SETSYMLIST;
  *steps = offered_steps & (unneeded_steps | silent_steps | SMFIP_HDR_LEADSPC);
  try {
    if ((*steps & silent_steps) != silent_steps) {
      maillog::negotiation_refused(
          "this libmilter offers no silent steps (SMFIP_NR_*); 8.14 or newer is needed");
      return SMFIS_REJECT;
    }
    if (*actions != 0) ask_for_queue_id(context);
    start_session(context,
                  (*steps & SMFIP_HDR_LEADSPC) != 0 ? LeadingSpace::kept : LeadingSpace::stripped);
    return SMFIS_CONTINUE;
  } catch (const std::exception& error) {
    maillog::negotiation_refused(error.what());
  }
  return SMFIS_REJECT;
}

smfiDesc description() {
  static std::string name{"quilter"};
  smfiDesc callbacks{};
  callbacks.xxfi_name = name.data();
  callbacks.xxfi_version = SMFI_VERSION;
  callbacks.xxfi_flags = SMFIF_NONE;
  callbacks.xxfi_negotiate = on_negotiate;
  callbacks.xxfi_envfrom = on_first_mail;
  callbacks.xxfi_envrcpt = guarded<on_recipient, no_reply>;
  callbacks.xxfi_header = guarded<on_header_field, no_reply>;
  callbacks.xxfi_eoh = guarded<on_end_of_headers, internal_error>;
  callbacks.xxfi_body = guarded<on_body, no_reply>;
  callbacks.xxfi_eom = guarded<on_end_of_message, internal_error>;
  callbacks.xxfi_abort = guarded<on_abort, go_on>;
  callbacks.xxfi_close = on_close;
  return callbacks;
}

}  // namespace

Admission& register_callbacks(Recorder& recorder, std::size_t max_message_bytes,
                              Progress::Pace pace) {
  if (shared != nullptr)
    throw MilterError{"libmilter serves one Server a process, and there was one already"};
  if (smfi_register(description()) != MI_SUCCESS)
    throw MilterError{
        "libmilter refused the callbacks; is its version the one quilterd was built with?"};
  shared = new Shared{recorder, max_message_bytes, Progress{pace}};  // for good, see the header
  return shared->admission;
}

void limit_messages(std::size_t max_message_bytes) noexcept {
  shared->max_message_bytes = max_message_bytes;
}

}  // namespace quilter::milter
