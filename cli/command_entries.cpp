#include "cli/entries.hpp"

namespace quilter::cli {
namespace {

Json id_or_null(const std::optional<std::int64_t>& id) {
  return id ? Json(*id) : Json(nullptr);
}

Json tally_json(const Tally& tally) {
  auto value = Json::object();
  for (const auto kind : tally_kinds) value[std::string{to_string(kind)}] = tally.count(kind);
  return value;
}

// Such as Patchwork has it, "-" where there is nothing.
std::string three(std::size_t first, std::size_t second, std::size_t third) {
  if (first + second + third == 0) return "-";
  return std::to_string(first) + "/" + std::to_string(second) + "/" + std::to_string(third);
}

}  // namespace

Json entry_json(const SeriesEntry& series) {
  return {{"id", series.id},
          {"project", series.project},
          {"version", series.version},
          {"total", series.total},
          {"received", series.received},
          {"complete", series.complete},
          {"name", series.name},
          {"submitter", mailbox(series.submitter)},
          {"date", date(series.date)},
          {"comments", series.comments},
          {"tally", tally_json(series.tally)},
          {"supersedes", id_or_null(series.supersedes)},
          {"superseded_by", id_or_null(series.superseded_by)},
          {"merged_into", id_or_null(series.merged_into)}};
}

Json check_counts_json(const CheckCounts& checks) {
  Json value{{"pending", 0}, {"success", 0}, {"warning", 0}, {"fail", 0}};
  for (const auto& [state, count] : checks) value[state] = count;
  return value;
}

Json entry_json(const MessageEntry& member) {
  return {{"project", member.project},
          {"kind", member.kind},
          {"message_id", member.message_id},
          {"series", member.series},
          {"version", member.version},
          {"number", member.number},
          {"total", member.total},
          {"name", member.name},
          {"subject", member.subject},
          {"submitter", mailbox(member.submitter)},
          {"author", mailbox(member.author)},
          {"date", date(member.date)},
          {"state", or_null(member.state)},
          {"delegate", or_null(member.delegate)},
          {"archived", member.archived},
          {"commit", or_null(member.commit)},
          {"revision", member.revision},
          {"paths", member.paths},
          {"patch_id", or_null(member.patch_id)},
          {"pull_url", or_null(member.pull_url)},
          {"pull_ref", or_null(member.pull_ref)},
          {"trailers", member.trailers},
          {"tally", tally_json(member.tally)},
          {"comments", member.comments}};
}

std::string acks(const Tally& tally) {
  return three(tally.count(TallyKind::acked), tally.count(TallyKind::reviewed),
               tally.count(TallyKind::tested));
}

Cell checked(const CheckCounts& checks) {
  const auto count = [&](const char* state) {
    const auto found = checks.find(state);
    return found == checks.end() ? 0 : static_cast<std::size_t>(found->second);
  };
  const auto success = count("success"), warning = count("warning"), fail = count("fail");
  Cell cell{.text = three(success, warning, fail)};
  if (success > 0) cell.paint = paint_of_check("success");
  if (warning > 0) cell.paint = paint_of_check("warning");
  if (fail > 0) cell.paint = paint_of_check("fail");
  return cell;
}

std::string day(const std::optional<Timestamp>& date) {
  return when(date).substr(0, std::string_view{"2026-11-21"}.size());
}

std::string received(const SeriesEntry& series) {
  return std::to_string(series.received) + "/" + std::to_string(series.total);
}

std::string numbered(const MessageEntry& member) {
  return std::to_string(member.number) + "/" + std::to_string(member.total);
}

std::string titled(const std::string& name) {
  return name.empty() ? "(no subject)" : name;
}

std::string called(const Mailbox& mailbox) {
  return mailbox.name.empty() ? mailbox.address : mailbox.name;
}

}  // namespace quilter::cli
