using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class ArchiveMetadataTests : IDisposable
{
    private const string Config = """{"id":"abc","name":"k8s_redis_redis-0_shop_u1_0","rootfsImageName":"redis:7","runtime":"crun"}""";

    private const string Labels = """{"io.kubernetes.pod.name":"redis-0","io.kubernetes.pod.namespace":"shop","io.kubernetes.pod.uid":"u1","io.kubernetes.container.name":"redis"}""";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_a_plain_archive_only_the_headers_and_the_metadata_are_read()
    {
        var tar = new HandmadeTar().Entry("checkpoint/pages-1.img", '0', new byte[8 << 20]).File("config.dump", Config)
            .Entry("checkpoint/pages-2.img", '0', new byte[8 << 20]).File("spec.dump", Spec()).Entry("rootfs-diff.tar", '0', new byte[8 << 20]).Finish();
        var streams = new List<CountedStream>();
        using var archive = new CheckpointArchive(
            () =>
            {
                streams.Add(new CountedStream(tar));
                return streams[^1];
            },
            null);

        Assert.Equal("redis-0", archive.ReadMetadata(Token).Pod);
        using var destination = _folder.Make("out");
        archive.ImportConfig(destination, Token);

        Assert.Equal("config.dump spec.dump", _folder.Shell("echo $(ls -A out)").Trim());
        var read = streams.Sum(stream => stream.BytesRead);
        Assert.True(read < 300_000, $"{read} bytes of {tar.Length} were read");
    }

    [Theory]
    [InlineData("gzip -1c")]
    [InlineData("zstd -1qc")]
    [InlineData("xz -0c")]
    [InlineData("bzip2 -1c")]
    public void A_compressed_archive_is_read_until_both_files_have_come_and_its_tail_does_not_matter(string compressor)
    {
        File.WriteAllText(_folder["config.dump"], Config);
        File.WriteAllText(_folder["spec.dump"], Spec());
        _folder.Shell($"head -c 20M /dev/urandom > pages; tar -c config.dump spec.dump pages config.dump | {compressor} > archive");
        var packed = File.ReadAllBytes(_folder["archive"]);
        using var archive = new CheckpointArchive(() => new CountedStream(packed, end: 4 << 20), null);

        Assert.Equal(("redis-0", "crun"), (archive.ReadMetadata(Token).Pod, archive.ReadRuntimeName(Token)));
        using var destination = _folder.Make("out");
        archive.ImportConfig(destination, Token);
        _folder.Shell("cmp config.dump out/config.dump; cmp spec.dump out/spec.dump");
        Assert.Throws<IOException>(() => archive.Inspect(Token));

        File.WriteAllBytes(_folder["cut"], packed[..(2 << 20)]);
        using var cut = CheckpointArchive.Open(_folder["cut"]);
        Assert.Equal("redis-0", cut.ReadMetadata(Token).Pod);
        // The second config.dump is behind what was read.
        using var whole = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal(ArchiveRefusal.DuplicateEntry, Assert.Throws<ArchiveRefusedException>(() => whole.ImportWithoutConfig(_folder.Make("later"))).Reason);
    }

    [Theory]
    [InlineData("config.dump")]
    [InlineData("spec.dump")]
    public void An_archive_without_one_of_them_is_refused(string missing)
    {
        Write(missing == "config.dump" ? new HandmadeTar().File("spec.dump", "{}") : new HandmadeTar().File("config.dump", "{}"));
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        foreach (var refusal in new[] { Assert.Throws<ArchiveRefusedException>(() => archive.ReadMetadata(Token)), Assert.Throws<ArchiveRefusedException>(() => archive.ImportConfig(_folder.Make("out"), Token)) })
            Assert.Equal((ArchiveRefusal.MissingEntry, missing), (refusal.Reason, refusal.Entry));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["out"]));
    }

    public static TheoryData<string, ArchiveEngine, string?> Dialects => new()
    {
        { """{"annotations":{"io.container.manager":"libpod"}}""", ArchiveEngine.Podman, null },
        { """{"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.Labels":LABELS}}""", ArchiveEngine.CriO, null },
        { """{"annotations":{"io.container.manager":"cri-o","io.kubernetes.pod.name":"redis-0","io.kubernetes.pod.namespace":"shop","io.kubernetes.pod.uid":"u1","io.kubernetes.container.name":"redis"}}""", ArchiveEngine.CriO, null },
        { """{"annotations":{"io.kubernetes.cri.sandbox-name":"redis-0","io.kubernetes.cri.sandbox-namespace":"shop","io.kubernetes.cri.sandbox-uid":"u1","io.kubernetes.cri.container-name":"redis"}}""", ArchiveEngine.Containerd, null },
        { """{"annotations":{"io.kubernetes.cri.sandbox-name":"redis-0"}}""", ArchiveEngine.Containerd, """{"id":"abc","metadata":{"name":"redis"},"labels":LABELS,"state":1}""".Replace("LABELS", Labels, StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Each_dialect_tells_whose_it_is(string spec, ArchiveEngine engine, string? status)
    {
        spec = spec.Replace("LABELS", System.Text.Json.JsonSerializer.Serialize(Labels), StringComparison.Ordinal);
        var tar = new HandmadeTar().File("config.dump", Config).File("spec.dump", spec);
        Write(status is null ? tar : tar.File("status.dump", status).File("status", "{}"));
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var metadata = archive.ReadMetadata(Token);
        Assert.Equal(
            engine == ArchiveEngine.Podman ? (engine, null, null, null, "k8s_redis_redis-0_shop_u1_0") : (engine, "shop", "redis-0", "u1", "redis"),
            (metadata.Engine, metadata.Namespace, metadata.Pod, metadata.PodUid, metadata.Container));
        ArchiveMetadata summary = archive.Inspect(Token);
        Assert.Equal((metadata.Pod, metadata.Container, metadata.Runtime), (summary.Pod, summary.Container, summary.Runtime));
    }

    [Theory]
    [InlineData("""{"annotations":{"io.kubernetes.cri.sandbox-namespace":"a"}}""", """{"labels":{"io.kubernetes.pod.namespace":"b"}}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri.container-name":"a"}}""", """{"metadata":{"name":"b"}}""")]
    [InlineData("""{}""", """{"metadata":{"name":"a"},"labels":{"io.kubernetes.container.name":"b"}}""")]
    [InlineData("""{"annotations":{"io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.uid\":\"a\"}","io.kubernetes.cri.sandbox-uid":"b"}}""", "{}")]
    [InlineData("""{"annotations":{"io.kubernetes.pod.name":"a","org.criu.checkpoint.pod.name":"b"}}""", "{}")]
    public void Files_that_name_two_containers_are_refused(string spec, string status)
    {
        Write(new HandmadeTar().File("config.dump", Config).File("status.dump", status).File("spec.dump", spec));
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        Assert.Equal(ArchiveRefusal.ConflictingIdentity, Assert.Throws<ArchiveRefusedException>(() => archive.ReadMetadata(Token)).Reason);
        Assert.Equal(ArchiveRefusal.ConflictingIdentity, Assert.Throws<ArchiveRefusedException>(() => archive.Inspect(Token)).Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"id\":\"a\",\"id\":\"b\"}")]
    [InlineData("{\"id\":\"a\",\"\\u0069d\":\"b\"}")]
    [InlineData("{\"x\":{\"y\":1,\"y\":2}}")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"runtime\":{}}")]
    [InlineData("{\"name\":[\"a\"]}")]
    [InlineData("{\"createdTime\":99999999999999999999999999999}")]
    [InlineData("{\"id\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"\\ud800\":2,\"id\":\"\\udfff\"}")]
    [InlineData("{\"id\":\"a\"} x")]
    [InlineData("{\"id\":\"a\",}")]
    [InlineData("{\"n\":1e999999999,\"id\":2}")]
    [InlineData("DEEP")]
    [InlineData("BYTES")]
    public void A_file_that_could_be_read_in_two_ways_or_none_is_refused_as_JSON(string json)
    {
        json = json.Replace("DEEP", "{\"x\":" + new string('[', 5000), StringComparison.Ordinal);
        var bytes = json == "BYTES" ? [.. "{\"id\":\""u8, 0xc3, 0x28, .. "\"}"u8] : System.Text.Encoding.UTF8.GetBytes(json);
        Write(new HandmadeTar().Entry("config.dump", '0', bytes).File("spec.dump", "{}"));
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ReadMetadata(Token));
        Assert.Equal((ArchiveRefusal.InvalidJson, "config.dump"), (refusal.Reason, refusal.Entry));
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Theory]
    [InlineData("spec.dump", """{"annotations":[]}""")]
    [InlineData("spec.dump", """{"annotations":{"io.container.manager":1}}""")]
    [InlineData("spec.dump", """{"annotations":{"io.kubernetes.cri-o.Labels":"no JSON"}}""")]
    [InlineData("spec.dump", """{"annotations":{"io.kubernetes.cri-o.Labels":"{\"io.kubernetes.pod.name\":5}"}}""")]
    [InlineData("spec.dump", """{"annotations":{"io.kubernetes.cri-o.Labels":"{\"a\":1,\"a\":2}"}}""")]
    [InlineData("status.dump", """{"labels":"x"}""")]
    [InlineData("status.dump", """{"metadata":[]}""")]
    [InlineData("status.dump", "x")]
    public void So_is_any_other_of_them(string name, string json)
    {
        var tar = new HandmadeTar().File("config.dump", Config).File(name, json);
        Write(name == "spec.dump" ? tar : tar.File("spec.dump", "{}"));
        using var archive = CheckpointArchive.Open(_folder["archive"]);
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.Inspect(Token));
        Assert.Equal((ArchiveRefusal.InvalidJson, name), (refusal.Reason, refusal.Entry));
    }

    private static string Spec() =>
        $$$"""{"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.Labels":{{{System.Text.Json.JsonSerializer.Serialize(Labels)}}}}}""";

    private void Write(HandmadeTar tar) => File.WriteAllBytes(_folder["archive"], tar.Finish());
}
