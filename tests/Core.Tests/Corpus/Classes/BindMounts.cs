using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>
/// CRI-O's bind.mounts, which makes CRI-O create what it names on the host. Nothing here reads it: mounts come from the live Pod, so the file is carried
/// and has no effect.
/// </summary>
internal static class BindMounts
{
    internal static IEnumerable<AttackCase> Cases =>
    [
        Claim("a new folder of the host", """[{"source":"OUTSIDE/new","destination":"/x","file_type":"directory","permissions":511}]"""),
        Claim("a new file of the host", """[{"source":"OUTSIDE/new","destination":"/x","file_type":"file","permissions":2541}]"""),
        Claim("another mode for a folder of the host", """[{"source":"OUTSIDE/folder","destination":"/x","file_type":"directory","permissions":511}]"""),
        Claim("a file of the host under its name in the container", """[{"source":"/x","destination":"OUTSIDE/secret","file_type":"file","permissions":511}]"""),
        Claim("a path that climbs", """[{"source":"../outside/new","destination":"../../outside/new","file_type":"directory","permissions":511}]"""),
        Claim("no list", "{"),
        Claim("a list without an end", "[" + new string('[', 100_000)),
        Attack("a link under that name").Entries((tar, scene) => tar.Symlink("bind.mounts", scene.Outside + "/secret")).Refused(UnexpectedType, Operation.Read),
        Attack("a file under that name, then another").Entries(tar => tar.File("bind.mounts", "[]").File("./bind.mounts", "[]")).Refused(DuplicateEntry, Operation.Read),

        AttackCase.Honest(AttackClass.BindMounts, "what CRI-O writes").Entries(tar => tar.File("bind.mounts", """[{"source":"/var/lib/kubelet/pods/x/etc-hosts","destination":"/etc/hosts","file_type":"file","permissions":420}]"""))
            .Accepted().Leaves("bind.mounts"),
        AttackCase.Honest(AttackClass.BindMounts, "an empty list").Entries(tar => tar.File("bind.mounts", "[]")).Accepted().Leaves("bind.mounts"),
    ];

    private static AttackCase Claim(string name, string json) =>
        Attack(name).Entries((tar, scene) => tar.File("bind.mounts", json.Replace("OUTSIDE", scene.Outside, StringComparison.Ordinal))).Accepted().Leaves("bind.mounts");

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.BindMounts, name);
}
