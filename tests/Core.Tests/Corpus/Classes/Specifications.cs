using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>
/// spec.dump with rights, mounts and hooks. It is shown and compared, never run: a restored container has the live Pod's specification. What is no
/// specification is refused.
/// </summary>
internal static class Specifications
{
    private const Operation Parsed = Operation.Inspect;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Claim("all capabilities", """{"process":{"capabilities":{"bounding":["CAP_SYS_ADMIN"],"effective":["CAP_SYS_ADMIN"]},"noNewPrivileges":false}}"""),
        Claim("no seccomp and no masked paths", """{"linux":{"seccomp":null,"maskedPaths":[],"readonlyPaths":[]}}"""),
        Claim("the host's root as a mount", """{"mounts":[{"destination":"/host","type":"bind","source":"/","options":["rbind","rw"]}]}"""),
        Claim("devices", """{"linux":{"devices":[{"path":"/dev/mem","type":"c","major":1,"minor":1}],"resources":{"devices":[{"allow":true}]}}}"""),
        Claim("hooks", """{"hooks":{"prestart":[{"path":"OUTSIDE/program","args":["x"]}],"createRuntime":[{"path":"OUTSIDE/program"}]}}"""),
        Claim("an own CRIU configuration", """{"annotations":{"org.criu.config":"OUTSIDE/secret","io.container.manager":"libpod"}}"""),
        Claim("CDI devices", """{"annotations":{"cdi.k8s.io/evil":"vendor.com/device=all"}}"""),
        Claim("restart and log labels", """{"annotations":{"io.containerd.restart.status":"running","io.kubernetes.cri-o.LogPath":"OUTSIDE/secret","io.containerd.runc.v2.group":"x"}}"""),
        Bad("no JSON", "{"),
        Bad("a list", "[]"),
        Bad("null", "null"),
        Bad("nothing", ""),
        Bad("labels that are no JSON", """{"annotations":{"io.kubernetes.cri-o.Labels":"{"}}"""),
        Bad("labels that are a list", """{"annotations":{"io.kubernetes.cri-o.Labels":"[]"}}"""),
        Bad("a thousand levels", "{\"a\":" + new string('[', 1000) + new string(']', 1000) + "}"),
        Attack("none").AllEntries(tar => tar.File("config.dump", AttackCase.Config)).Refused(MissingEntry, Parsed | Operation.ImportConfig).Accepted(Operation.ReadRuntimeName),
        Bad("annotations that are no object", """{"annotations":["io.container.manager","libpod"]}"""),
        Bad("annotations that are no texts", """{"annotations":{"io.container.manager":1,"io.kubernetes.cri.sandbox-name":{"a":[]},"io.kubernetes.cri-o.Labels":[]}}"""),

        AttackCase.Honest(AttackClass.Specification, "podman's").AllEntries(Archive("""{"ociVersion":"1.2.0","annotations":{"io.container.manager":"libpod"}}""")).Accepted(Operation.Read),
        AttackCase.Honest(AttackClass.Specification, "without annotations").AllEntries(Archive("{}")).Accepted(Operation.Read),
        AttackCase.Honest(AttackClass.Specification, "in another order and with more files").AllEntries(tar => tar.File("spec.dump", "{}").File("a/spec.dump", "[").File("config.dump", AttackCase.Config)).Accepted(Operation.Read),
    ];

    private static AttackCase Claim(string name, string json) => Attack(name)
        .AllEntries((tar, scene) => tar.File("config.dump", AttackCase.Config).File("spec.dump", json.Replace("OUTSIDE", scene.Outside, StringComparison.Ordinal))).Accepted(Operation.Read);

    private static AttackCase Bad(string name, string json) => Attack(name).AllEntries(Archive(json)).Refused(InvalidJson, Parsed).Accepted(Operation.ReadRuntimeName);

    private static Func<Support.HandmadeTar, Support.HandmadeTar> Archive(string json) => tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", json);

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Specification, name);
}
