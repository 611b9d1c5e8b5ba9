/* libxm: what a program includes.
 *
 * Text becomes a document (bind/config.h), a document a guest on a host (guest/guest.h,
 * host/host.h), guests are remembered (registry/registry.h), looked after (super/super.h) and moved to other
 * hosts (migrate/migrate.h).
 * The library never prints, never exits, and keeps no globals. */
#ifndef XM_H
#define XM_H

#include "base/api.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/mem.h"
#include "bind/conf.h"
#include "bind/config.h"
#include "bind/cpulist.h"
#include "bind/disks.h"
#include "bind/vif.h"
#include "convert/cfg.h"
#include "convert/json.h"
#include "convert/sxp.h"
#include "doc/doc.h"
#include "guest/arrive.h"
#include "guest/check.h"
#include "guest/guest.h"
#include "guest/import.h"
#include "guest/leave.h"
#include "guest/repair.h"
#include "guest/schedule.h"
#include "guest/sxp.h"
#include "host/host.h"
#include "migrate/check.h"
#include "migrate/facts.h"
#include "migrate/question.h"
#include "migrate/migrate.h"
#include "migrate/relocation.h"
#include "migrate/rune.h"
#include "registry/moves.h"
#include "registry/registry.h"
#include "super/super.h"

#endif
