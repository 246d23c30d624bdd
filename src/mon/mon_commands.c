/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mon_commands: the one table of what `ceph` can ask of the monitors. Signatures are those of Ceph 16.2. */
#include "mon/auth_commands.h"
#include "mon/config_commands.h"
#include "mon/config_key.h"
#include "mon/health_monitor.h"
#include "mon/log_monitor.h"
#include "mon/mgr_monitor.h"
#include "mon/mon_command.h"
#include "mon/mon_status.h"
#include "mon/monmap_monitor.h"
#include "mon/osd_admin_commands.h"
#include "mon/osd_commands.h"
#include "mon/osd_create_commands.h"
#include "mon/osd_crush_commands.h"
#include "mon/osd_info_commands.h"
#include "mon/osd_pool_commands.h"
#include "mon/pg_commands.h"
#include "mon/space_commands.h"

#define EPOCH                 " name=epoch,type=CephInt,range=0,req=false"
#define STR(n)                " name=" n ",type=CephString"
#define OPT(n)                " name=" n ",type=CephString,req=false"
#define FLAG(n)               " name=" n ",type=CephBool,req=false"
#define CHOICE(n, values)     " name=" n ",type=CephChoices,strings=" values
#define OPT_CHOICE(n, values) CHOICE(n, values) ",req=false"

#define OSD_ID  " name=id,type=CephOsdName"
#define OSD_IDS " name=ids,type=CephString,n=N"
#define SURE    " name=yes_i_really_mean_it,type=CephBool,req=false"

#define PG_STATE_NAMES " name=states,type=CephString,n=N,req=false"

/* Names of crush items, and places among them. */
#define CRUSH_NAME(n)  " name=" n ",type=CephString,goodchars=[A-Za-z0-9-_.]"
#define CRUSH_CLASS(n) " name=" n ",type=CephString,goodchars=[A-Za-z0-9-_]"
#define CRUSH_LOC      " name=args,type=CephString,n=N,goodchars=[A-Za-z0-9-_.=]"
#define WEIGHT         " name=weight,type=CephFloat,range=0.0"
#define SET_WEIGHTS    " name=weight,type=CephFloat,range=0.0,n=N"

#define OSD_UNSET_KEYS                                                                                     \
    "full|pause|noup|nodown|noout|noin|nobackfill|norebalance|norecover|noscrub|nodeep-scrub|notieragent|" \
    "nosnaptrim"

#define POOL     " name=pool,type=CephPoolname"
#define COUNT(n) " name=" n ",type=CephInt,range=0,req=false"
#define POOL_RM_ARGS                                                                   \
    POOL " name=pool2,type=CephPoolname,req=false" FLAG("yes_i_really_really_mean_it") \
        FLAG("yes_i_really_really_mean_it_not_faking")
#define POOL_SETTINGS                                                                      \
    "size|min_size|pg_num|pgp_num|crush_rule|hashpspool|nodelete|nopgchange|nosizechange|" \
    "write_fadvise_dontneed|noscrub|nodeep-scrub|hit_set_type|hit_set_period|"             \
    "hit_set_count|hit_set_fpp|use_gmt_hitset|target_max_objects|target_max_bytes|"        \
    "cache_target_dirty_ratio|cache_target_dirty_high_ratio|cache_target_full_ratio|"      \
    "cache_min_flush_age|cache_min_evict_age|min_read_recency_for_promote|"                \
    "min_write_recency_for_promote|fast_read|hit_set_grade_decay_rate|"                    \
    "hit_set_search_last_n|scrub_min_interval|scrub_max_interval|deep_scrub_interval|"     \
    "recovery_priority|recovery_op_priority|scrub_priority|compression_mode|"              \
    "compression_algorithm|compression_required_ratio|compression_max_blob_size|"          \
    "compression_min_blob_size|csum_type|csum_min_block|csum_max_block|"                   \
    "allow_ec_overwrites|fingerprint_algorithm|pg_autoscale_mode|pg_autoscale_bias|"       \
    "pg_num_min|pg_num_max|target_size_bytes|target_size_ratio|dedup_tier|"                \
    "dedup_chunk_algorithm|dedup_cdc_chunk_size|bulk"

const struct mon_command mon_commands[] = {
    /* the cluster */
    {"status", "show how the cluster is", "mon", "r", 0, mon_status_command},
    {"health" OPT_CHOICE("detail", "detail"), "show what is wrong with the cluster", "mon", "r", 0,
     health_monitor_health},
    {"health mute" STR("code") OPT("ttl") FLAG("sticky"),
     "stop a health alert from counting, for a time or for good", "mon", "w", 0, health_monitor_mute},
    {"health unmute" OPT("code"), "let a muted health alert, or all of them, count again", "mon", "w", 0,
     health_monitor_unmute},
    {"df" OPT_CHOICE("detail", "detail"), "show how much space there is and who uses it", "mon", "r", 0,
     osd_command_df},
    {"fsid", "show the cluster's id", "mon", "r", 0, mon_status_fsid},
    {"report name=tags,type=CephString,n=N,req=false",
     "show everything there is to know, for somebody who helps", "mon", "r", 0, mon_status_report},
    {"features", "count the connected daemons and clients by their features", "mon", "r", 0,
     mon_status_features},
    {"node ls" OPT_CHOICE("type", "all|osd|mon|mds|mgr"), "list the machines and the daemons on them", "mon",
     "r", 0, mon_status_nodes},
    {"version", "show the version of the monitor that answers", "mon", "r",
     MON_COMMAND_NOFORWARD | MON_COMMAND_HIDDEN, mon_status_version},
    {"versions", "count the running daemons by their versions", "mon", "r", 0, mon_status_versions},
    {"log name=logtext,type=CephString,n=N", "write a line into the cluster log", "mon", "rw", 0,
     log_monitor_log},
    {"log last name=num,type=CephInt,range=1,req=false" OPT_CHOICE("level", "debug|info|sec|warn|error")
         OPT_CHOICE("channel", "*|cluster|audit|cephadm"),
     "show the last lines of the cluster log", "mon", "r", 0, log_monitor_last},

    /* the monitors */
    {"quorum_status", "show which monitors work together", "mon", "r", 0, mon_status_quorum_command},
    {"mon dump" EPOCH, "show the monmap", "mon", "r", 0, monmap_monitor_dump},
    {"mon getmap" EPOCH, "give the monmap as a file", "mon", "r", 0, monmap_monitor_getmap},
    {"mon stat", "show the monitors in a line", "mon", "r", 0, monmap_monitor_stat},
    {"mon feature ls" OPT_CHOICE("with_value", "--with-value"), "list what the monitors support and require",
     "mon", "r", 0, monmap_monitor_features},
    {"mon metadata" OPT("id"), "show what a monitor, or each, says of its machine", "mon", "r", 0,
     mon_status_metadata},
    {"mon versions", "count the monitors by their versions", "mon", "r", 0, mon_status_mon_versions},
    {"time-sync-status", "show how far the monitors' clocks are apart", "mon", "r", 0, mon_status_time_sync},

    /* the OSDs */
    {"osd stat", "show how many OSDs there are", "osd", "r", 0, osd_command_stat},
    {"osd dump" EPOCH, "show the OSDMap", "osd", "r", 0, osd_command_dump},
    {"osd tree" EPOCH " name=states,type=CephChoices,strings=up|down|in|out|destroyed,n=N,req=false",
     "show the OSDs in their hierarchy", "osd", "r", 0, osd_command_tree},
    {"osd ls" EPOCH, "list the numbers of the OSDs", "osd", "r", 0, osd_command_ls},
    {"osd find" OSD_ID, "show where an OSD is", "osd", "r", 0, osd_command_find},
    {"osd map name=pool,type=CephPoolname name=object,type=CephObjectname "
     "name=nspace,type=CephString,req=false",
     "show which placement group and OSDs an object belongs to", "osd", "r", 0, osd_command_map},
    {"osd df" OPT_CHOICE("output_method", "plain|tree"), "show how full each OSD is", "osd", "r", 0,
     osd_command_df_osds},
    {"osd require-osd-release" CHOICE("release", "octopus|pacific") SURE,
     "let only OSDs of that release or newer in", "osd", "rw", 0, osd_command_require_release},
    {"osd set-require-min-compat-client" STR("version") SURE,
     "say which clients must be able to use the cluster", "osd", "rw", 0, osd_command_require_client},
    {"osd get-require-min-compat-client", "show which clients must be able to use the cluster", "osd", "r", 0,
     osd_command_get_require_client},
    {"osd set-nearfull-ratio name=ratio,type=CephFloat,range=0.0|1.0",
     "say when an OSD counts as nearly full", "osd", "rw", 0, osd_command_set_nearfull},
    {"osd set-backfillfull-ratio name=ratio,type=CephFloat,range=0.0|1.0",
     "say when an OSD is too full to take others' data", "osd", "rw", 0, osd_command_set_backfillfull},
    {"osd set-full-ratio name=ratio,type=CephFloat,range=0.0|1.0", "say when an OSD counts as full", "osd",
     "rw", 0, osd_command_set_full},
    {"osd getmap" EPOCH, "give the OSDMap as a file", "osd", "r", 0, osd_command_getmap},
    {"osd getcrushmap" EPOCH, "give the crush map as a file", "osd", "r", 0, osd_command_getcrushmap},
    {"osd setcrushmap name=prior_version,type=CephInt,req=false", "take the crush map that comes with -i",
     "osd", "rw", 0, osd_crush_command_import},
    {"osd getmaxosd", "show how many OSDs the map has room for", "osd", "r", 0, osd_command_getmaxosd},
    {"osd setmaxosd name=newmax,type=CephInt,range=0", "give the map room for so many OSDs", "osd", "rw", 0,
     osd_command_setmaxosd},
    {"osd set" CHOICE("key", OSD_UNSET_KEYS "|pglog_hardlimit") FLAG("yes_i_really_mean_it"),
     "set a flag of the whole map", "osd", "rw", 0, osd_command_set},
    {"osd unset" CHOICE("key", OSD_UNSET_KEYS), "clear a flag of the whole map", "osd", "rw", 0,
     osd_command_unset},
    {"osd pause", "stop all reading and writing", "osd", "rw", 0, osd_command_pause},
    {"osd unpause", "let reading and writing go on", "osd", "rw", 0, osd_command_unpause},
    {"osd new name=uuid,type=CephUUID name=id,type=CephOsdName,req=false",
     "make an OSD of that uuid, with the key that comes with -i", "osd", "rw", 0, osd_command_new},
    {"osd create name=uuid,type=CephUUID,req=false name=id,type=CephOsdName,req=false",
     "make an OSD, without a key", "osd", "rw", 0, osd_command_create},
    {"osd out" OSD_IDS, "let OSDs hold no data", "osd", "rw", 0, osd_command_out},
    {"osd in" OSD_IDS, "let OSDs hold data", "osd", "rw", 0, osd_command_in},
    {"osd down" OSD_IDS FLAG("definitely_dead"), "mark OSDs down, until they say that they are not", "osd",
     "rw", 0, osd_command_down},
    {"osd rm" OSD_IDS, "remove OSDs from the map", "osd", "rw", 0, osd_command_rm},
    {"osd destroy" OSD_ID FLAG("force") SURE, "give up an OSD but keep its number, for one that replaces it",
     "osd", "rw", 0, osd_command_destroy},
    {"osd destroy-actual" OSD_ID SURE, "the same as osd destroy", "osd", "rw", MON_COMMAND_HIDDEN,
     osd_command_destroy},
    {"osd purge" OSD_ID FLAG("force") SURE, "remove all that there is of an OSD", "osd", "rw", 0,
     osd_command_purge},
    {"osd purge-actual" OSD_ID SURE, "the same as osd purge", "osd", "rw", MON_COMMAND_HIDDEN,
     osd_command_purge},
    {"osd purge-new" OSD_ID SURE, "remove an OSD that was never up", "osd", "rw", 0, osd_command_purge},
    {"osd lost" OSD_ID SURE, "give up what only this OSD had", "osd", "rw", 0, osd_command_lost},
    {"osd reweight" OSD_ID " name=weight,type=CephFloat,range=0.0|1.0", "let an OSD hold a part of its data",
     "osd", "rw", 0, osd_command_reweight},
    {"osd primary-affinity" OSD_ID " name=weight,type=CephFloat,range=0.0|1.0",
     "let an OSD be primary less often", "osd", "rw", 0, osd_command_primary_affinity},

    /* where their data goes */
    {"osd crush tree" OPT_CHOICE("shadow", "--show-shadow"), "show the crush hierarchy", "osd", "r", 0,
     osd_command_crush_tree},
    {"osd crush dump", "show the whole crush map", "osd", "r", 0, osd_crush_command_dump},
    {"osd crush ls" CRUSH_NAME("node"), "list what is in a bucket", "osd", "r", 0, osd_crush_command_ls},
    {"osd crush add-bucket" CRUSH_NAME("name") STR("type") CRUSH_LOC ",req=false",
     "add an empty bucket, alone or at a place", "osd", "rw", 0, osd_crush_command_add_bucket},
    {"osd crush rename-bucket" CRUSH_NAME("srcname") CRUSH_NAME("dstname"), "give a bucket another name",
     "osd", "rw", 0, osd_crush_command_rename_bucket},
    {"osd crush swap-bucket" CRUSH_NAME("source") CRUSH_NAME("dest") FLAG("yes_i_really_mean_it"),
     "let two buckets exchange what they hold, and their names", "osd", "rw", 0,
     osd_crush_command_swap_bucket},
    {"osd crush set" OSD_ID WEIGHT CRUSH_LOC, "give an OSD a weight and a place", "osd", "rw", 0,
     osd_crush_command_set},
    {"osd crush set name=prior_version,type=CephInt,req=false", "take the crush map that comes with -i",
     "osd", "rw", 0, osd_crush_command_import},
    {"osd crush add" OSD_ID WEIGHT CRUSH_LOC, "put an OSD at a place with a weight", "osd", "rw", 0,
     osd_crush_command_add},
    {"osd crush create-or-move" OSD_ID WEIGHT CRUSH_LOC,
     "put an OSD at a place, with this weight if it has none yet", "osd", "rw", 0,
     osd_crush_command_create_or_move},
    {"osd crush move" CRUSH_NAME("name") CRUSH_LOC, "move an OSD or a bucket to a place", "osd", "rw", 0,
     osd_crush_command_move},
    {"osd crush link" STR("name") CRUSH_LOC, "put a bucket into one more bucket", "osd", "rw", 0,
     osd_crush_command_link},
    {"osd crush rm" CRUSH_NAME("name") CRUSH_NAME("ancestor") ",req=false",
     "remove an item, everywhere or only below an ancestor", "osd", "rw", 0, osd_crush_command_rm},
    {"osd crush remove" CRUSH_NAME("name") CRUSH_NAME("ancestor") ",req=false",
     "remove an item, everywhere or only below an ancestor", "osd", "rw", MON_COMMAND_DEPRECATED,
     osd_crush_command_rm},
    {"osd crush unlink" CRUSH_NAME("name") CRUSH_NAME("ancestor") ",req=false",
     "take an item out of its buckets, or only out of those below an ancestor", "osd", "rw", 0,
     osd_crush_command_unlink},
    {"osd crush reweight-all", "let all buckets weigh what their items weigh", "osd", "rw", 0,
     osd_crush_command_reweight_all},
    {"osd crush reweight" CRUSH_NAME("name") WEIGHT, "change the weight of an OSD", "osd", "rw", 0,
     osd_crush_command_reweight},
    {"osd crush reweight-subtree" CRUSH_NAME("name") WEIGHT, "change the weight of all OSDs below a bucket",
     "osd", "rw", 0, osd_crush_command_reweight_subtree},
    {"osd crush class create" CRUSH_CLASS("class"), "add a device class", "osd", "rw", 0,
     osd_crush_command_class_create},
    {"osd crush class rm" CRUSH_CLASS("class"), "remove a device class", "osd", "rw", 0,
     osd_crush_command_class_rm},
    {"osd crush class rename" CRUSH_CLASS("srcname") CRUSH_CLASS("dstname"),
     "give a device class another name", "osd", "rw", 0, osd_crush_command_class_rename},
    {"osd crush class ls", "list the device classes", "osd", "r", 0, osd_crush_command_class_ls},
    {"osd crush class ls-osd" CRUSH_CLASS("class"), "list the OSDs of a device class", "osd", "r", 0,
     osd_crush_command_class_ls_osd},
    {"osd crush set-device-class" STR("class") OSD_IDS, "put OSDs, or all, into a device class", "osd", "rw",
     0, osd_crush_command_set_class},
    {"osd crush rm-device-class" OSD_IDS, "take OSDs, or all, out of their device class", "osd", "rw", 0,
     osd_crush_command_rm_class},
    {"osd crush get-device-class" OSD_IDS, "show the device classes of OSDs", "osd", "r", 0,
     osd_crush_command_get_class},
    {"osd crush rule ls", "list the crush rules", "osd", "r", 0, osd_crush_command_rule_ls},
    {"osd crush rule list", "list the crush rules", "osd", "r", MON_COMMAND_DEPRECATED,
     osd_crush_command_rule_ls},
    {"osd crush rule ls-by-class" CRUSH_NAME("class"), "list the crush rules that take devices of a class",
     "osd", "r", 0, osd_crush_command_rule_ls_by_class},
    {"osd crush rule dump" CRUSH_NAME("name") ",req=false", "show a crush rule, or all", "osd", "r", 0,
     osd_crush_command_rule_dump},
    {"osd crush rule create-simple" CRUSH_NAME("name") CRUSH_NAME("root") CRUSH_NAME("type")
         OPT_CHOICE("mode", "firstn|indep"),
     "make a crush rule that spreads copies over buckets of a type", "osd", "rw", 0,
     osd_crush_command_rule_create_simple},
    {"osd crush rule create-replicated" CRUSH_NAME("name") CRUSH_NAME("root") CRUSH_NAME("type")
         CRUSH_NAME("class") ",req=false",
     "make a crush rule for replicated pools, for all devices or those of a class", "osd", "rw", 0,
     osd_crush_command_rule_create_replicated},
    {"osd crush rule create-erasure" CRUSH_NAME("name") " name=profile,type=CephString,req=false,"
                                                        "goodchars=[A-Za-z0-9-_.=]",
     "refused: there are no erasure coded pools", "osd", "rw", 0, osd_crush_command_rule_create_erasure},
    {"osd crush rule rm" CRUSH_NAME("name"), "remove a crush rule that no pool uses", "osd", "rw", 0,
     osd_crush_command_rule_rm},
    {"osd crush rule rename" CRUSH_NAME("srcname") CRUSH_NAME("dstname"), "give a crush rule another name",
     "osd", "rw", 0, osd_crush_command_rule_rename},
    {"osd crush tunables" CHOICE("profile", "legacy|argonaut|bobtail|firefly|hammer|jewel|optimal|default"),
     "set the crush tunables to those of a profile", "osd", "rw", 0, osd_crush_command_tunables},
    {"osd crush set-tunable" CHOICE("tunable", "straw_calc_version") " name=value,type=CephInt",
     "set one crush tunable", "osd", "rw", 0, osd_crush_command_set_tunable},
    {"osd crush get-tunable" CHOICE("tunable", "straw_calc_version"), "show one crush tunable", "osd", "r", 0,
     osd_crush_command_get_tunable},
    {"osd crush show-tunables", "show the crush tunables and what they ask of clients", "osd", "r", 0,
     osd_crush_command_show_tunables},
    {"osd crush set-all-straw-buckets-to-straw2", "turn all straw buckets into straw2 ones", "osd", "rw", 0,
     osd_crush_command_straw_to_straw2},
    {"osd crush weight-set ls", "list the crush weight sets", "osd", "r", 0, osd_crush_command_weight_set_ls},
    {"osd crush weight-set dump", "show the crush weight sets", "osd", "r", 0,
     osd_crush_command_weight_set_dump},
    {"osd crush weight-set create-compat", "make a weight set for all pools and for old clients", "osd", "rw",
     0, osd_crush_command_weight_set_create_compat},
    {"osd crush weight-set create" POOL CHOICE("mode", "flat|positional"),
     "make a weight set for a pool, for all copies alike or for each of them", "osd", "rw", 0,
     osd_crush_command_weight_set_create},
    {"osd crush weight-set rm-compat", "remove the weight set for all pools", "osd", "rw", 0,
     osd_crush_command_weight_set_rm_compat},
    {"osd crush weight-set rm" POOL, "remove the weight set of a pool", "osd", "rw", 0,
     osd_crush_command_weight_set_rm},
    {"osd crush weight-set reweight-compat" STR("item") SET_WEIGHTS,
     "change what an item weighs in the weight set for all pools", "osd", "rw", 0,
     osd_crush_command_weight_set_reweight_compat},
    {"osd crush weight-set reweight" POOL STR("item") SET_WEIGHTS,
     "change what an item weighs in the weight set of a pool", "osd", "rw", 0,
     osd_crush_command_weight_set_reweight},

    /* pools */
    {"osd pool ls" OPT_CHOICE("detail", "detail"), "list the pools", "osd", "r", 0, osd_pool_command_ls},
    {"osd pool create" POOL COUNT("pg_num") COUNT("pgp_num") OPT_CHOICE("pool_type", "replicated|erasure")
         CRUSH_NAME("erasure_code_profile") ",req=false" OPT("rule") COUNT("expected_num_objects")
             COUNT("size") COUNT("pg_num_min") COUNT("pg_num_max") OPT_CHOICE("autoscale_mode", "on|off|warn")
                 FLAG("bulk")
                     COUNT("target_size_bytes") " name=target_size_ratio,type=CephFloat,range=0.0,req=false",
     "make a pool", "osd", "rw", 0, osd_pool_command_create},
    {"osd pool rm" POOL_RM_ARGS, "remove a pool and all that is in it", "osd", "rw", 0, osd_pool_command_rm},
    {"osd pool delete" POOL_RM_ARGS, "remove a pool and all that is in it", "osd", "rw",
     MON_COMMAND_DEPRECATED, osd_pool_command_rm},
    {"osd pool rename name=srcpool,type=CephPoolname name=destpool,type=CephPoolname",
     "give a pool another name", "osd", "rw", 0, osd_pool_command_rename},
    {"osd pool get" POOL CHOICE("var", POOL_SETTINGS "|erasure_code_profile|all"), "show a setting of a pool",
     "osd", "r", 0, osd_pool_command_get},
    {"osd pool set" POOL CHOICE("var", POOL_SETTINGS "|pgp_num_actual") STR("val")
         FLAG("yes_i_really_mean_it"),
     "change a setting of a pool", "osd", "rw", 0, osd_pool_command_set},
    {"osd pool set-quota" POOL CHOICE("field", "max_objects|max_bytes") STR("val"),
     "limit what a pool may hold; 0: no limit", "osd", "rw", 0, osd_pool_command_set_quota},
    {"osd pool get-quota" POOL, "show what a pool may hold", "osd", "r", 0, osd_pool_command_get_quota},
    {"osd pool stats name=pool_name,type=CephPoolname,req=false", "show what goes on in a pool, or in each",
     "osd", "r", 0, osd_pool_command_stats},
    {"osd pool application enable" POOL CRUSH_NAME("app") FLAG("yes_i_really_mean_it"),
     "note that an application uses a pool", "osd", "rw", 0, osd_pool_command_application_enable},
    {"osd pool application disable" POOL STR("app") FLAG("yes_i_really_mean_it"),
     "note that an application uses a pool no more", "osd", "rw", 0, osd_pool_command_application_disable},
    {"osd pool application set" POOL STR("app") CRUSH_NAME("key") " name=value,type=CephString,"
                                                                  "goodchars=[A-Za-z0-9-_.=]",
     "note something of an application in a pool", "osd", "rw", 0, osd_pool_command_application_set},
    {"osd pool application rm" POOL STR("app") STR("key"), "remove a note of an application in a pool", "osd",
     "rw", 0, osd_pool_command_application_rm},
    {"osd pool application get" POOL ",req=false" OPT("app") OPT("key"), "show which applications use a pool",
     "osd", "r", 0, osd_pool_command_application_get},
    {"osd pool mksnap" POOL STR("snap"), "refused: there are no snapshots", "osd", "rw", 0,
     osd_pool_command_snap},
    {"osd pool rmsnap" POOL STR("snap"), "refused: there are no snapshots", "osd", "rw", 0,
     osd_pool_command_snap},
    {"osd tier add" POOL " name=tierpool,type=CephPoolname" OPT_CHOICE("force_nonempty", "--force-nonempty"),
     "refused: there are no cache tiers", "osd", "rw", 0, osd_pool_command_tier},
    {"osd lspools", "list the pools with their numbers", "osd", "r", MON_COMMAND_DEPRECATED,
     osd_command_lspools},
    {"osd erasure-code-profile ls", "list the erasure code profiles", "osd", "r", 0, osd_command_profiles},
    {"osd blocklist ls", "list the clients that are shut out", "osd", "r", 0, osd_command_blocklist_ls},
    {"osd blocklist" CHOICE(
         "blocklistop",
         "add|rm") " name=addr,type=CephEntityAddr name=expire,type=CephFloat,range=0.0,req=false",
     "shut a client out for so many seconds, or let it in again", "osd", "rw", 0, osd_command_blocklist},
    {"osd blocklist clear", "let all clients in again", "osd", "rw", 0, osd_command_blocklist_clear},
    {"osd blacklist" CHOICE(
         "blacklistop",
         "add|rm") " name=addr,type=CephEntityAddr name=expire,type=CephFloat,range=0.0,req=false",
     "the same as osd blocklist", "osd", "rw", MON_COMMAND_DEPRECATED, osd_command_blocklist},
    {"osd blacklist ls", "the same as osd blocklist ls", "osd", "r", MON_COMMAND_DEPRECATED,
     osd_command_blocklist_ls},
    {"osd blacklist clear", "the same as osd blocklist clear", "osd", "rw", MON_COMMAND_DEPRECATED,
     osd_command_blocklist_clear},
    {"osd metadata name=id,type=CephOsdName,req=false", "show what an OSD, or each, says of its machine",
     "osd", "r", 0, osd_command_metadata},
    {"osd versions", "count the OSDs by their versions", "osd", "r", 0, osd_command_versions},

    /* placement groups */
    {"pg stat", "show how the placement groups are in a line", "pg", "r", 0, pg_command_stat},
    {"pg dump name=dumpcontents,type=CephChoices,strings=all|summary|sum|delta|pools|osds|pgs|pgs_brief,n=N,"
     "req=false",
     "show all that is known of placement groups and space", "pg", "r", 0, pg_command_dump},
    {"pg dump_stuck "
     "name=stuckops,type=CephChoices,strings=inactive|unclean|stale|undersized|degraded,n=N,req=false "
     "name=threshold,type=CephInt,req=false",
     "list placement groups that have been in a bad state for so many seconds", "pg", "r", 0,
     pg_command_dump_stuck},
    {"pg map name=pgid,type=CephPgid", "show which OSDs have a placement group", "pg", "r", 0,
     pg_command_map},
    {"pg ls name=pool,type=CephInt,req=false" PG_STATE_NAMES, "list placement groups", "pg", "r", 0,
     pg_command_ls},
    {"pg ls-by-pool" STR("poolstr") PG_STATE_NAMES, "list the placement groups of a pool", "pg", "r", 0,
     pg_command_ls_by_pool},
    {"pg ls-by-osd name=osd,type=CephOsdName name=pool,type=CephInt,req=false" PG_STATE_NAMES,
     "list the placement groups of an OSD", "pg", "r", 0, pg_command_ls_by_osd},
    {"pg ls-by-primary name=osd,type=CephOsdName name=pool,type=CephInt,req=false" PG_STATE_NAMES,
     "list the placement groups that an OSD is primary of", "pg", "r", 0, pg_command_ls_by_primary},

    /* the managers, of which there are none */
    {"mgr dump" EPOCH, "show the MgrMap", "mgr", "r", 0, mgr_monitor_dump},
    {"mgr stat", "show which manager is active", "mgr", "r", 0, mgr_monitor_stat},
    {"mgr services", "list where modules of the manager serve", "mgr", "r", 0, mon_status_empty_object},
    {"mgr versions", "count the managers by their versions", "mgr", "r", 0, mon_status_empty_object},
    {"mgr metadata" OPT("who"), "show what a manager, or each, says of its machine", "mgr", "r", 0,
     mon_status_empty_list},

    /* options */
    {"config set" STR("who") STR("name") STR("value") FLAG("force"),
     "set an option for some or all daemons and clients", "config", "rw", 0, config_command_set},
    {"config rm" STR("who") STR("name"), "remove an option that was set for them", "config", "rw", 0,
     config_command_rm},
    {"config get" STR("who") OPT("key"), "show which options count for somebody", "config", "r", 0,
     config_command_get},
    {"config dump", "show all options that are set, and for whom", "mon", "r", 0, config_command_dump},
    {"config help" STR("key"), "describe an option", "config", "r", 0, config_command_help},
    {"config ls", "list the options that there are", "config", "r", 0, config_command_ls},
    {"config show" STR("who") OPT("key"), "show the options that a running monitor has", "config", "r", 0,
     config_command_show},
    {"config log name=num,type=CephInt,req=false", "show the last changes of options", "config", "r", 0,
     config_command_log},
    {"config reset name=num,type=CephInt,range=0", "undo all changes since a version of config log", "config",
     "rw", 0, config_command_reset},
    {"config assimilate-conf", "take the options of a file, and give back what cannot be taken", "config",
     "rw", 0, config_command_assimilate},
    {"config generate-minimal-conf", "write the ceph.conf that a client needs", "config", "r", 0,
     config_command_minimal_conf},

    /* entities */
    {"auth ls", "list the entities with their keys and capabilities", "auth", "rx", 0, auth_command_ls},
    {"auth list", "the same as auth ls", "auth", "rx", MON_COMMAND_DEPRECATED, auth_command_ls},
    {"auth get" STR("entity"), "show an entity as a keyring", "auth", "rx", 0, auth_command_get},
    {"auth get-key" STR("entity"), "show the key of an entity", "auth", "rx", 0, auth_command_get_key},
    {"auth print-key" STR("entity"), "the same as auth get-key", "auth", "rx", 0, auth_command_get_key},
    {"auth print_key" STR("entity"), "the same as auth get-key", "auth", "rx", 0, auth_command_get_key},
    {"auth export" OPT("entity"), "show an entity, or all of them, as a keyring", "auth", "rx", 0,
     auth_command_export},
    {"auth import", "add the entities of a keyring that comes with -i", "auth", "rwx", 0,
     auth_command_import},
    {"auth add" STR("entity") " name=caps,type=CephString,n=N,req=false",
     "add an entity, with a new key or that of a keyring that comes with -i", "auth", "rwx", 0,
     auth_command_add},
    {"auth get-or-create" STR("entity") " name=caps,type=CephString,n=N,req=false",
     "show the key of an entity as a keyring, after making the entity if there is none", "auth", "rwx", 0,
     auth_command_get_or_create},
    {"auth get-or-create-key" STR("entity") " name=caps,type=CephString,n=N,req=false",
     "show the key of an entity, after making the entity if there is none", "auth", "rwx", 0,
     auth_command_get_or_create_key},
    {"auth caps" STR("entity") " name=caps,type=CephString,n=N", "give an entity other capabilities", "auth",
     "rwx", 0, auth_command_caps},
    {"auth rm" STR("entity"), "remove an entity", "auth", "rwx", 0, auth_command_rm},
    {"auth del" STR("entity"), "the same as auth rm", "auth", "rwx", MON_COMMAND_DEPRECATED, auth_command_rm},

    /* keys and values */
    {"config-key get" STR("key"), "show the value of a key", "config-key", "r", 0, config_key_get},
    {"config-key set" STR("key") OPT("val"), "set a key to a value, or to what comes with -i", "config-key",
     "rw", 0, config_key_set},
    {"config-key put" STR("key") OPT("val"), "the same as config-key set", "config-key", "rw",
     MON_COMMAND_DEPRECATED, config_key_set},
    {"config-key rm" STR("key"), "remove a key", "config-key", "rw", 0, config_key_rm},
    {"config-key del" STR("key"), "the same as config-key rm", "config-key", "rw", MON_COMMAND_DEPRECATED,
     config_key_rm},
    {"config-key exists" STR("key"), "tell whether there is such a key", "config-key", "r", 0,
     config_key_exists},
    {"config-key ls", "list the keys", "config-key", "r", 0, config_key_ls},
    {"config-key list", "the same as config-key ls", "config-key", "r", MON_COMMAND_DEPRECATED,
     config_key_ls},
    {"config-key dump" OPT("key"), "show the keys that begin so, with their values", "config-key", "r", 0,
     config_key_dump},
};

const unsigned mon_command_count = sizeof(mon_commands) / sizeof(mon_commands[0]);
