using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A container that is confined, with all that the kubelet mounts into it, goes on.</summary>
public sealed class ConfinedTests(ConfinedTests.Pod pod) : IClassFixture<ConfinedTests.Pod>
{
    [Fact]
    public async Task A_read_only_root_file_system_is_read_only_and_its_process_the_same()
    {
        Assert.Equal((string?)pod.Before["identity"], (string?)pod.After["identity"]);
        Assert.Equal("ro", (await pod.ExecAsync("sh", "-c", "grep ' / ' /proc/mounts | head -n 1 | cut -d ' ' -f 4 | cut -d , -f 1")).Trim());
    }

    [Fact]
    public async Task The_default_seccomp_profile_and_dropped_capabilities_confine_the_restored_process()
    {
        string status = await pod.ExecAsync("cat", "/proc/1/status");
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", status, StringComparison.Ordinal);
        Assert.Contains("CapBnd:\t0000000000000000", status, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/secret/password", "hidden")]
    [InlineData("/projected/greeting", "hello")]
    [InlineData("/projected/labels", "app=\"row\"")]
    [InlineData("/downward/name", "row")]
    [InlineData("/part/greeting", "hello")]
    public void An_open_file_of_a_Secret_projected_downward_or_subPath_volume_reads_on(string path, string content)
    {
        Assert.Equal([content, content], Read(pod.Before, path));
        Assert.Equal([content, content], Read(pod.After, path));
    }

    [Fact]
    public void An_open_projected_token_is_the_new_pods_token()
    {
        string[] before = Read(pod.Before, "/projected/token");
        string[] after = Read(pod.After, "/projected/token");
        Assert.Equal(after[0], after[1]);
        Assert.NotEqual(before[0], after[0]);
    }

    [Fact]
    public void Open_files_in_a_subPath_of_an_emptyDir_are_as_they_were()
    {
        Assert.Equal("ok", (string?)pod.Before["files"]);
        Assert.Equal("ok", (string?)pod.After["files"]);
    }

    private static string[] Read(JsonObject answer, string path) => [.. answer["opened"]![path]!.AsArray().Select(text => (string)text!)];

    /// <summary>The confined Pod.</summary>
    public sealed class Pod(ClusterFixture cluster) : RestoredKinds(cluster, "/data")
    {
        /// <inheritdoc/>
        protected override string Manifest => $$"""
            {apiVersion: v1, kind: Secret, metadata: {name: secret}, stringData: {password: hidden} }
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: setting}, data: {greeting: hello} }
            ---
            {{RowManifests.KindsPod(
                "row", "/data",
                ["identity", "files", "opened=/secret/password=/projected/greeting=/projected/token=/projected/labels=/downward/name=/part/greeting"],
                "securityContext: {readOnlyRootFilesystem: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault} }",
                """
                , {name: data, emptyDir: {} }, {name: secret, secret: {secretName: secret} }, {name: setting, configMap: {name: setting} },
                  {name: downward, downwardAPI: {items: [{path: name, fieldRef: {fieldPath: metadata.name} }] } },
                  {name: projected, projected: {sources: [{serviceAccountToken: {path: token, expirationSeconds: 600} }, {configMap: {name: setting} },
                    {downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels} }] } }] } }
                """.ReplaceLineEndings(" "),
                """
                , {name: data, mountPath: /data, subPath: deep/folder}, {name: secret, mountPath: /secret}, {name: projected, mountPath: /projected},
                  {name: downward, mountPath: /downward}, {name: setting, mountPath: /part/greeting, subPath: greeting}
                """.ReplaceLineEndings(" "))}}
            """;
    }
}
