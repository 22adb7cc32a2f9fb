using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>Volumes whose content is not in the archive: the node's folders, claims, and what the kubelet writes.</summary>
public sealed class VolumeTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const string Ask = "until [ -S /tmp/kinds.sock ]; do sleep 0.1; done; exec python3 -B /workloads/kinds.py /tmp";

    private string Folder => $"/var/lib/checkpoint-operator-tests/{Namespace.Name}";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Cluster.Kubectl.RunAsync("delete", "persistentvolume", Namespace.Name, "--ignore-not-found", "--wait=false");
    }

    [Fact]
    public async Task Open_files_of_a_claim_and_of_a_folder_of_the_node_go_on_where_nobody_wrote_to_them()
    {
        JsonObject before = await StartAsync();
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        JsonObject restore = await Namespace.RestoreAsync("row", "row");

        JsonObject after = await AskAsync();
        Assert.Equal((string?)before["identity"], (string?)after["identity"]);
        Assert.Equal(["kept", "kept"], Read(after, "/claim/file"));
        Assert.Equal(["kept", "kept"], Read(after, "/folder/file"));
        Assert.Null(restore.Condition("VolumesUnchanged"));
    }

    [Fact]
    public async Task What_was_written_to_a_claim_since_the_checkpoint_is_told()
    {
        JsonObject before = await StartAsync();
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Cluster.Node.RunAsync($"printf KEPT > {Folder}/claim/file");
        JsonObject restore = await Namespace.RestoreAsync("row", "row");

        Assert.True(restore.Says("VolumesUnchanged", "False", "VolumeChanged"), restore.ToJsonString());
        Assert.Contains("file /claim/file of volume claim was written at", restore.Message("VolumesUnchanged"), StringComparison.Ordinal);
        Assert.DoesNotContain("/folder/file", restore.Message("VolumesUnchanged"), StringComparison.Ordinal);
        Assert.Contains("/claim/file", await Cluster.Awaiter.EventAsync(Namespace.Restore("row"), "VolumeChanged"), StringComparison.Ordinal);
        JsonObject after = await AskAsync();
        Assert.Equal((string?)before["identity"], (string?)after["identity"]);
        Assert.Equal(["KEPT", "KEPT"], Read(after, "/claim/file"));
    }

    [Fact]
    public async Task A_file_of_another_size_is_named_before_CRIU_fails_and_the_restore_goes_on_when_it_is_put_back()
    {
        JsonObject before = await StartAsync();
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Cluster.Node.RunAsync($"printf longer > {Folder}/claim/file");
        await Namespace.ApplyAsync(Manifests.Restore("row", "row"));
        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Restore("row"), "Restored", "VolumeChanged");
        Assert.Contains("file /claim/file of volume claim has 6 bytes, and had 4 at the checkpoint", refused.Message("Restored"), StringComparison.Ordinal);
        // It never came to CRIU: no attempt is used up.
        Assert.Equal(0, (int)refused["status"]!["containers"]![0]!["attempts"]!);

        await Cluster.Node.RunAsync($"printf kept > {Folder}/claim/file");
        await Namespace.UntilReadyAsync(Namespace.Restore("row"));
        Assert.Equal((string?)before["identity"], (string?)(await AskAsync())["identity"]);
    }

    [Fact]
    public async Task A_changed_ConfigMap_is_read_as_it_was_by_open_files_and_as_it_is_by_those_opened_anew()
    {
        await Namespace.ApplyAsync(Setting("hello"));
        await Namespace.ApplyAsync(RowManifests.KindsPod(
            "row", "/tmp", ["identity", "opened=/conf/greeting"], volumes: ", {name: setting, configMap: {name: setting} }", mounts: ", {name: setting, mountPath: /conf}"));
        await Namespace.UntilPodReadyAsync("row");
        JsonObject before = await AskAsync();
        Assert.Equal(["hello", "hello"], Read(before, "/conf/greeting"));
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Namespace.ApplyAsync(Setting("good morning"));
        await Namespace.RestoreAsync("row", "row");

        JsonObject after = await AskAsync();
        Assert.Equal((string?)before["identity"], (string?)after["identity"]);
        Assert.Equal(["hello", "good morning"], Read(after, "/conf/greeting"));
    }

    [Fact]
    public async Task A_Secret_whose_open_file_has_another_size_is_named_before_CRIU_fails()
    {
        await Namespace.ApplyAsync(Secret("hidden"));
        await Namespace.ApplyAsync(RowManifests.KindsPod(
            "row", "/tmp", ["identity", "opened=/secret/password"], volumes: ", {name: secret, secret: {secretName: secret} }", mounts: ", {name: secret, mountPath: /secret}"));
        await Namespace.UntilPodReadyAsync("row");
        await AskAsync();
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Namespace.ApplyAsync(Secret("well hidden"));
        await Namespace.ApplyAsync(Manifests.Restore("row", "row"));

        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Restore("row"), "Restored", "VolumeChanged");
        Assert.Contains("password of volume secret has 11 bytes, and had 6 at the checkpoint", refused.Message("Restored"), StringComparison.Ordinal);
    }

    private async Task<JsonObject> StartAsync()
    {
        await Cluster.Node.RunAsync($"mkdir -p {Folder}/claim {Folder}/folder && printf kept | tee {Folder}/claim/file > {Folder}/folder/file");
        await Namespace.ApplyAsync($$"""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: {{Namespace.Name}} }
            spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: "", persistentVolumeReclaimPolicy: Retain, hostPath: {path: {{Folder}}/claim} }
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: claim}
            spec: {accessModes: [ReadWriteOnce], storageClassName: "", volumeName: {{Namespace.Name}}, resources: {requests: {storage: 1Gi} } }
            ---
            {{RowManifests.KindsPod(
                "row", "/tmp", ["identity", "opened=/claim/file=/folder/file"],
                volumes: $$""", {name: claim, persistentVolumeClaim: {claimName: claim} }, {name: folder, hostPath: {path: {{Folder}}/folder} }""",
                mounts: ", {name: claim, mountPath: /claim}, {name: folder, mountPath: /folder}")}}
            """);
        await Namespace.UntilPodReadyAsync("row");
        return await AskAsync();
    }

    private async Task<JsonObject> AskAsync() => JsonNode.Parse(await Namespace.ExecAsync("row", "sh", "-c", Ask))!.AsObject();

    private static string[] Read(JsonObject answer, string path) => [.. answer["opened"]![path]!.AsArray().Select(text => (string)text!)];

    private static string Setting(string greeting) => $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: setting}}, data: {{greeting: {greeting}}}}}";

    private static string Secret(string password) => $"{{apiVersion: v1, kind: Secret, metadata: {{name: secret}}, stringData: {{password: {password}}}}}";
}
