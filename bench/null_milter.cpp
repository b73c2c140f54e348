// A milter that does nothing, the limit of any that does something:
//
//   bench_null_milter ADDRESS go-on|accept
//
// It negotiates what quilterd negotiates (milter/callbacks.cpp). `go-on` takes the whole message,
// as for a tracked list; `accept` is done with it at the end of the header, as for any other.
#include <libmilter/mfapi.h>

#include <cstdio>
#include <string>

namespace {

sfsistat at_end_of_headers = SMFIS_CONTINUE;

sfsistat on_negotiate(SMFICTX* context, unsigned long offered_actions, unsigned long offered_steps,
                      unsigned long, unsigned long, unsigned long* actions, unsigned long* steps,
                      unsigned long* reserved2, unsigned long* reserved3) {
  *reserved2 = *reserved3 = 0;
  *actions = offered_actions & SMFIF_SETSYMLIST;
  *steps = offered_steps &
           (SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NODATA | SMFIP_NOUNKNOWN | SMFIP_NR_MAIL |
            SMFIP_NR_RCPT | SMFIP_NR_HDR | SMFIP_NR_BODY | SMFIP_HDR_LEADSPC);
  std::string macro{"i"};
  smfi_setsymlist(context, SMFIM_EOH, macro.data());
  smfi_setsymlist(context, SMFIM_EOM, macro.data());
  return SMFIS_CONTINUE;
}

sfsistat on_path(SMFICTX*, char**) {
  return SMFIS_NOREPLY;
}

sfsistat on_header_field(SMFICTX*, char*, char*) {
  return SMFIS_NOREPLY;
}

sfsistat on_end_of_headers(SMFICTX*) {
  return at_end_of_headers;
}

sfsistat on_body(SMFICTX*, unsigned char*, std::size_t) {
  return SMFIS_NOREPLY;
}

sfsistat on_end_of_message(SMFICTX*) {
  return SMFIS_CONTINUE;
}

int run(std::string address) {
  std::string name{"null"};
  smfiDesc callbacks{};
  callbacks.xxfi_name = name.data();
  callbacks.xxfi_version = SMFI_VERSION;
  callbacks.xxfi_negotiate = on_negotiate;
  callbacks.xxfi_envfrom = on_path;
  callbacks.xxfi_envrcpt = on_path;
  callbacks.xxfi_header = on_header_field;
  callbacks.xxfi_eoh = on_end_of_headers;
  callbacks.xxfi_body = on_body;
  callbacks.xxfi_eom = on_end_of_message;
  if (smfi_register(callbacks) != MI_SUCCESS || smfi_setconn(address.data()) != MI_SUCCESS ||
      smfi_opensocket(true) != MI_SUCCESS)
    return 1;
  std::puts("listening");
  std::fflush(stdout);
  return smfi_main();
}

}  // namespace

int main(int count, char** values) {
  if (count != 3) return 2;
  if (std::string{values[2]} == "accept") at_end_of_headers = SMFIS_ACCEPT;
  return run(values[1]);
}
