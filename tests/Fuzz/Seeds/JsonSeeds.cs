namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>The JSON files of a checkpoint, as the container engines write them, and a few that none writes.</summary>
internal static class JsonSeeds
{
    internal const string PodmanConfig = """
        {"id":"c0ffee","name":"web","rootfsImageID":"sha256:1","rootfsImageName":"docker.io/library/redis:7","runtime":"crun","createdTime":"2026-01-02T03:04:05.678901234Z",
        "checkpointedTime":"2026-01-02T04:04:05+01:00","restoredTime":"0001-01-01T00:00:00Z","checkpointImage":false}
        """;

    internal const string PodmanSpec = """{"ociVersion":"1.1.0","annotations":{"io.container.manager":"libpod","io.kubernetes.cri-o.TTY":"false"}}""";

    internal const string CrioConfig = """{"id":"1","name":"k8s_counter","rootfsImage":"img","rootfsImageRef":"sha256:2","runtime":"runc","createdTime":"2026-01-02T03:04:05Z"}""";

    internal const string CrioSpec = """
        {"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.ImageName":"img","io.kubernetes.cri-o.Labels":
        "{\"io.kubernetes.pod.namespace\":\"ns\",\"io.kubernetes.pod.name\":\"pod\",\"io.kubernetes.pod.uid\":\"u\",\"io.kubernetes.container.name\":\"c\"}"}}
        """;

    internal const string ContainerdConfig = """{"id":"2","name":"c","rootfsImageName":"img","rootfsImageRef":"sha256:3","runtime":"io.containerd.runc.v2","checkpointedTime":"2026-01-02T03:04:05Z"}""";

    internal const string ContainerdSpec = """
        {"annotations":{"io.kubernetes.cri.sandbox-namespace":"ns","io.kubernetes.cri.sandbox-name":"pod","io.kubernetes.cri.sandbox-uid":"u",
        "io.kubernetes.cri.container-name":"c","io.kubernetes.cri.image-name":"img","org.criu.checkpoint.pod.name":"pod"}}
        """;

    internal static IEnumerable<(string Name, string Json)> Create()
    {
        yield return ("config/podman", PodmanConfig);
        yield return ("config/crio", CrioConfig);
        yield return ("config/containerd", ContainerdConfig);
        yield return ("config/wrong-kinds", """{"id":1,"name":null,"runtime":["runc"],"createdTime":{},"checkpointedTime":"9999-99-99","x":{"y":[1e400,-0,true]}}""");
        yield return ("config/twice", """{"id":"1","id":"2","runtime":"\u0072unc","name":"\ud83d\ude00"}""");
        yield return ("spec/podman", PodmanSpec);
        yield return ("spec/crio", CrioSpec);
        yield return ("spec/containerd", ContainerdSpec);
        yield return ("spec/none", "{}");
        yield return ("spec/conflict", """{"annotations":{"io.kubernetes.cri.sandbox-name":"a","org.criu.checkpoint.pod.name":"b"}}""");
        yield return ("runtime/label", """{"linux":{"mountLabel":"system_u:object_r:container_file_t:s0-s1:c1,c2.c7"}}""");
        yield return ("runtime/no-label", """{"linux":{"mountLabel":""}}""");
        yield return ("runtime/bad-label", """{"linux":{"mountLabel":"a:b:c:s16:c1024"}}""");
        yield return ("runtime/features", """
            {"ociVersionMin":"1.0.0","ociVersionMax":"1.2.0","annotations":{"org.opencontainers.runc.checkpoint.enabled":"true"},"linux":{"selinux":{"enabled":true}}}
            """);
        yield return ("runtime/half-surrogate", """{"ociVersionMax":"\udfff"}""");
        yield return ("deleted-files/none", "null");
        yield return ("deleted-files/list", """["/etc/passwd","data/deep","/inside/er","/none/x","/dangling","/absolute"]""");
        yield return ("deleted-files/links", """["/up","/up/secret","/data/up/inner","/secret","/circle/x","inside"]""");
        yield return ("deleted-files/outside", """["/etc/passwd","/../canary/secret","data/../../x","/","","a\u0000b"]""");
        yield return ("deleted-files/unicode", """["/\u00fc","\ud83d\ude00","/data/./file","//etc//passwd/"]""");
        yield return ("changes/list", """[{"path":"/etc","kind":"modify"},{"path":"/data","kind":"add"},{"path":"/gone","kind":"delete"},{"path":"/","kind":"modify"}]""");
        yield return ("changes/links", """[{"path":"/inside","kind":"add"},{"path":"/absolute","kind":"modify"},{"path":"/inside/er","kind":"add"},{"path":"/secret","kind":"add"}]""");
        yield return ("changes/none", "[]");
    }
}
