using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Archives that are one Pod's to one reader and another's to the next.</summary>
internal static class Identities
{
    internal static IEnumerable<AttackCase> Cases =>
    [
        Conflict("two namespaces", """{"io.kubernetes.cri.sandbox-namespace":"mine","org.criu.checkpoint.pod.namespace":"kube-system"}"""),
        Conflict("two Pods", """{"io.kubernetes.cri.sandbox-name":"mine","org.criu.checkpoint.pod.name":"theirs"}"""),
        Conflict("two UIDs", """{"io.kubernetes.cri.sandbox-uid":"1","org.criu.checkpoint.pod.uid":"2"}"""),
        Conflict("two containers", """{"io.kubernetes.cri.container-name":"a","org.criu.checkpoint.container.name":"b"}"""),
        Conflict("CRI-O's labels and containerd's", """{"io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.namespace\":\"mine\"}","io.kubernetes.cri.sandbox-namespace":"kube-system"}"""),
        Conflict("CRI-O's labels and CRIU's", """{"io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.name\":\"mine\"}","org.criu.checkpoint.pod.name":"theirs"}"""),
        Conflict("names that differ in case", """{"io.kubernetes.cri.sandbox-namespace":"Mine","org.criu.checkpoint.pod.namespace":"mine"}"""),
        Conflict("names that differ in a space", """{"io.kubernetes.cri.sandbox-namespace":"mine","org.criu.checkpoint.pod.namespace":"mine "}"""),

        Agreement("all three agree", """{"io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.namespace\":\"mine\"}","io.kubernetes.cri.sandbox-namespace":"mine","org.criu.checkpoint.pod.namespace":"mine"}"""),
        Agreement("one says it", """{"io.kubernetes.cri.sandbox-namespace":"mine","io.kubernetes.cri.sandbox-name":"pod"}"""),
        Agreement("each says something else", """{"io.kubernetes.cri.sandbox-namespace":"mine","org.criu.checkpoint.pod.name":"pod","io.kubernetes.cri.container-name":"c"}"""),
        Agreement("an empty claim is none", """{"io.kubernetes.cri.sandbox-namespace":"mine","org.criu.checkpoint.pod.namespace":""}"""),
    ];

    private static AttackCase Conflict(string name, string annotations) =>
        AttackCase.Attack(AttackClass.Identity, name).AllEntries(Archive(annotations)).Refused(ConflictingIdentity, Operation.Inspect).Accepted(Operation.ImportWithoutConfig);

    private static AttackCase Agreement(string name, string annotations) => AttackCase.Honest(AttackClass.Identity, name).AllEntries(Archive(annotations)).Accepted(Operation.Read);

    private static Func<Support.HandmadeTar, Support.HandmadeTar> Archive(string annotations) =>
        tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", $$"""{"annotations":{{annotations}}}""");
}
