using System.Text.Json.Nodes;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Images;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class OciImageTests : IDisposable
{
    private const string Config = """{"id":"abc","name":"counter","rootfsImageName":"busybox:1","runtime":"crun"}""";
    private const string Spec = """{"annotations":{"io.kubernetes.cri.sandbox-name":"pod-0","io.kubernetes.cri.sandbox-namespace":"ns","io.kubernetes.cri.container-name":"counter"}}""";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cat", "application/vnd.oci.image.layer.v1.tar", ArchiveCompression.None)]
    [InlineData("gzip -c", "application/vnd.oci.image.layer.v1.tar+gzip", ArchiveCompression.Gzip)]
    [InlineData("zstd -qc", "application/vnd.oci.image.layer.v1.tar+zstd", ArchiveCompression.Zstandard)]
    [InlineData("gzip -c", "application/vnd.docker.image.rootfs.diff.tar.gzip", ArchiveCompression.Gzip)]
    public void An_image_is_read_from_its_layout_folder_and_from_its_tar_packed_or_not(string compressor, string type, ArchiveCompression compression)
    {
        File.WriteAllBytes(_folder["layer"], Layer().Finish());
        _folder.Shell($"{compressor} layer > packed");
        var image = new TestImage(File.ReadAllBytes(_folder["packed"]), type);
        image.WriteTo(_folder["image"]);
        _folder.Shell("tar -C image -cf image.tar .; tar -C image -cf last.tar oci-layout index.json blobs; gzip -k image.tar; zstd -q last.tar");
        foreach (var form in new[] { "image", "image.tar", "last.tar", "image.tar.gz", "last.tar.zst" })
        {
            using var archive = CheckpointArchive.Open(_folder[form]);
            Assert.Equal("crun", archive.ReadRuntimeName(Token));
            Assert.Equal(("ns", "pod-0", "counter"), (archive.ReadMetadata(Token).Namespace, archive.ReadMetadata(Token).Pod, archive.ReadMetadata(Token).Container));
            var inspection = archive.InspectAndHash(Token);
            Assert.Equal((compression, 1, 4L, true), (inspection.Summary.Compression, inspection.Summary.ChangedFiles, inspection.Summary.Entries, inspection.Summary.HasProcessImages));
            Assert.Equal(
                form == "image" ? (string)image.Index["manifests"]![0]!["digest"]! : "sha256:" + _folder.Shell($"sha256sum < {form}")[..64],
                inspection.Digest);
            using (var destination = _folder.Make("out"))
            {
                archive.ImportWithoutConfig(destination, Token);
                archive.ImportConfig(destination, Token);
            }

            Assert.Equal("checkpoint config.dump rootfs-diff.tar spec.dump", _folder.Shell("echo $(ls -A out)").Trim());
            Assert.Equal(Config, File.ReadAllText(_folder["out/config.dump"]));
            _folder.Shell("rm -r out");
        }
    }

    [Fact]
    public void The_metadata_of_a_plain_image_takes_no_reading_of_the_rest()
    {
        var layer = new HandmadeTar().Entry("checkpoint/pages-1.img", '0', new byte[8 << 20]).File("config.dump", Config).File("spec.dump", Spec).Finish();
        var tar = new TestImage(layer).ToTar().Finish();
        var streams = new List<CountedStream>();
        using var archive = new CheckpointArchive(
            () =>
            {
                streams.Add(new CountedStream(tar));
                return streams[^1];
            },
            null);
        Assert.Equal("pod-0", archive.ReadMetadata(Token).Pod);
        var read = streams.Sum(stream => stream.BytesRead);
        Assert.True(read < 400_000, $"{read} bytes of {tar.Length} were read");
    }

    [Fact]
    public void A_part_gives_nothing_beyond_the_size_that_is_stated()
    {
        var descriptor = new OciDescriptor("application/vnd.oci.image.layer.v1.tar", "sha256:" + new string('0', 64), 1000);
        using var part = new VerifiedStream(new MemoryStream(new byte[1001]), descriptor);
        part.ReadExactly(new byte[1000]);
        Assert.Equal(ArchiveRefusal.DigestMismatch, Assert.Throws<ArchiveRefusedException>(() => part.ReadByte()).Reason);
    }

    [Fact]
    public void An_index_for_one_platform_and_docker_s_types_are_read()
    {
        const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
        var image = new TestImage(Layer().Finish(), "application/vnd.docker.image.rootfs.diff.tar") { ManifestDescriptorType = DockerManifest };
        image.Manifest["mediaType"] = DockerManifest;
        image.Nest("org.criu.checkpoint.container.name", "counter");
        using var archive = Open(image);
        Assert.Equal("counter", archive.ReadMetadata(Token).Annotations["org.criu.checkpoint.container.name"]);
    }

    public static TheoryData<string, string, bool> Annotations => new()
    {
        { "org.criu.checkpoint.container.name", "counter", true },
        { "org.criu.checkpoint.container.name", "other", false },
        { "org.criu.checkpoint.pod.name", "pod-0", true },
        { "org.criu.checkpoint.pod.name", "pod-1", false },
        { "org.criu.checkpoint.pod.namespace", "kube-system", false },
        { "org.criu.checkpoint.pod.uid", "u", true },
        { "org.criu.checkpoint.engine.name", "containerd", true },
        { "io.podman.annotations.checkpoint.name", "counter", true },
        { "io.podman.annotations.checkpoint.name", "other", false },
        { "io.kubernetes.cri-o.annotations.checkpoint.name", "counter", true },
        { "io.kubernetes.cri-o.annotations.checkpoint.name", "other", false },
    };

    [Theory]
    [MemberData(nameof(Annotations))]
    public void Annotations_are_told_and_have_to_agree_with_the_checkpoint(string name, string value, bool agrees)
    {
        foreach (var place in new Func<TestImage, JsonNode>[] { image => image.Manifest, image => image.Index })
        {
            var image = new TestImage(Layer().Finish());
            place(image)["annotations"]![name] = value;
            place(image)["annotations"]!["org.opencontainers.image.created"] = "now";
            using var archive = Open(image);
            if (agrees)
            {
                Assert.Equal([new(name, value)], archive.ReadMetadata(Token).Annotations);
                Assert.Equal([new(name, value)], archive.Inspect(Token).Annotations);
            }
            else
            {
                Assert.Equal(ArchiveRefusal.ConflictingIdentity, Assert.Throws<ArchiveRefusedException>(() => archive.ReadMetadata(Token)).Reason);
                Assert.Equal(ArchiveRefusal.ConflictingIdentity, Assert.Throws<ArchiveRefusedException>(() => archive.Inspect(Token)).Reason);
            }

            _folder.Shell("rm image.tar");
        }
    }

    [Fact]
    public void An_index_and_a_manifest_that_say_different_things_are_refused()
    {
        var image = new TestImage(Layer().Finish());
        image.Manifest["annotations"]!["org.criu.checkpoint.criu.version"] = "40201";
        image.Index["annotations"]!["org.criu.checkpoint.criu.version"] = "31500";
        using var archive = Open(image);
        Assert.Equal(ArchiveRefusal.ConflictingIdentity, Assert.Throws<ArchiveRefusedException>(() => archive.ReadMetadata(Token)).Reason);
    }

    [Fact]
    public void A_layer_of_other_bytes_than_those_that_are_named_leaves_nothing()
    {
        var image = new TestImage(Layer().Finish());
        image.Change(image.LayerPath, layer => new HandmadeTar().File("config.dump", Config).File("spec.dump", Spec).File("evil", "evil").Finish());
        RefusesToImport(image, ArchiveRefusal.DigestMismatch);
        // As long as the honest one.
        image = new TestImage(Layer().Finish());
        image.Change(image.LayerPath, layer => [.. layer[..^1], 1]);
        RefusesToImport(image, ArchiveRefusal.DigestMismatch);
        image = new TestImage(Layer().Finish());
        image.Change(image.LayerPath, layer => [.. layer, .. new byte[512]]);
        RefusesToImport(image, ArchiveRefusal.DigestMismatch);
    }

    [Theory]
    [InlineData("manifest")]
    [InlineData("config")]
    public void So_does_a_manifest_or_a_configuration(string part)
    {
        var image = new TestImage(Layer().Finish());
        image.Index["manifests"]!.AsArray().Add(image.AddManifest());
        var path = TestImage.PathOf(part == "manifest" ? image.Index["manifests"]![0]!.AsObject() : image.Configuration);
        image.Change(path, content => [.. content[..^1], (byte)' ', (byte)'}']);
        RefusesToImport(image, ArchiveRefusal.DigestMismatch);
        image.Change(path, content => [.. content[..^2], (byte)'}', (byte)' ']);
        RefusesToImport(image, ArchiveRefusal.DigestMismatch);
    }

    public static TheoryData<string, ArchiveRefusal, Action<JsonObject, JsonObject>> Faults => new()
    {
        { "two layers", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["layers"]!.AsArray().Add(manifest["layers"]![0]!.DeepClone()) },
        { "no layer", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["layers"]!.AsArray().Clear() },
        { "layers no list", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["layers"] = "x" },
        { "layer no object", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["layers"]![0] = "x" },
        { "no configuration", ArchiveRefusal.InvalidImage, (manifest, _) => manifest.Remove("config") },
        { "unknown layer", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["layers"]![0]!["mediaType"] = "application/vnd.oci.image.layer.v1.tar+encrypted" },
        { "other hash", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["layers"]![0]!["digest"] = "sha512:" + new string('0', 128) },
        { "climbing digest", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["layers"]![0]!["digest"] = "sha256:../../" + new string('0', 58) },
        { "upper case digest", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["layers"]![0]!["digest"] = "sha256:" + new string('A', 64) },
        { "no digest", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["layers"]![0]!.AsObject().Remove("digest") },
        { "missing layer", ArchiveRefusal.MissingEntry, (manifest, _) => manifest["layers"]![0]!["digest"] = "sha256:" + new string('0', 64) },
        { "negative size", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["layers"]![0]!["size"] = -1 },
        { "size no number", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["layers"]![0]!["size"] = "1" },
        { "huge size", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["layers"]![0]!["size"] = 1e30 },
        { "other size", ArchiveRefusal.DigestMismatch, (manifest, _) => manifest["layers"]![0]!["size"] = 100_000 },
        { "manifest calls itself an index", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["mediaType"] = TestImage.IndexType },
        { "manifest is an index too", ArchiveRefusal.InvalidImage, (manifest, _) => manifest["manifests"] = new JsonArray() },
        { "annotation no text", ArchiveRefusal.InvalidJson, (manifest, _) => manifest["annotations"]!["x"] = 1 },
        { "index calls itself a manifest", ArchiveRefusal.InvalidImage, (_, index) => index["mediaType"] = TestImage.ManifestType },
        { "index is a manifest too", ArchiveRefusal.InvalidImage, (_, index) => index["layers"] = new JsonArray() },
        { "no manifests", ArchiveRefusal.InvalidImage, (_, index) => index.Remove("manifests") },
        { "null as manifests", ArchiveRefusal.InvalidImage, (_, index) => index["manifests"] = null },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void What_is_no_image_of_one_checkpoint_is_refused(string fault, ArchiveRefusal reason, Action<JsonObject, JsonObject> change)
    {
        var image = new TestImage(Layer().Finish());
        change(image.Manifest, image.Index);
        Assert.NotEmpty(fault);
        RefusesToImport(image, reason);
    }

    [Fact]
    public void Two_images_nested_indexes_and_other_layouts_are_refused()
    {
        var image = new TestImage(Layer().Finish());
        image.Index["manifests"]!.AsArray().Add(image.AddManifest());
        image.Index["manifests"]!.AsArray().Add(image.AddManifest());
        RefusesToImport(image, ArchiveRefusal.InvalidImage);

        image = new TestImage(Layer().Finish()) { LayoutFile = """{"imageLayoutVersion":"2.0.0"}""" };
        RefusesToImport(image, ArchiveRefusal.InvalidImage);

        image = new TestImage(Layer().Finish());
        var deep = image.AddManifest();
        for (var i = 0; i < 5; i++)
            deep = image.Blob(System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["manifests"] = new JsonArray(deep) }.ToJsonString()), TestImage.IndexType);
        image.Index["manifests"]!.AsArray().Add(deep);
        RefusesToImport(image, ArchiveRefusal.InvalidImage);
    }

    public static TheoryData<string, ArchiveRefusal, HandmadeTar> Tars => new()
    {
        { "image and checkpoint", ArchiveRefusal.InvalidImage, Tar().File("config.dump", Config) },
        { "two indexes", ArchiveRefusal.DuplicateEntry, Tar().File("index.json", "{}") },
        { "no index", ArchiveRefusal.MissingEntry, new HandmadeTar().File("oci-layout", """{"imageLayoutVersion":"1.0.0"}""") },
        { "no layout file", ArchiveRefusal.MissingEntry, new HandmadeTar().File("index.json", "{}") },
        { "linked index", ArchiveRefusal.UnexpectedType, new HandmadeTar().File("oci-layout", "{}").Symlink("index.json", "/etc/passwd") },
        { "linked blobs", ArchiveRefusal.UnexpectedType, new HandmadeTar().Symlink("blobs", "/etc") },
        { "layout no JSON", ArchiveRefusal.InvalidJson, new HandmadeTar().File("oci-layout", "x").File("index.json", "{}") },
        { "truncated", ArchiveRefusal.Truncated, Tar().Raw([1, 2, 3]) },
    };

    [Theory]
    [MemberData(nameof(Tars), DisableDiscoveryEnumeration = true)]
    public void A_tar_that_is_no_layout_is_refused(string fault, ArchiveRefusal reason, HandmadeTar tar)
    {
        File.WriteAllBytes(_folder["image.tar"], reason == ArchiveRefusal.Truncated ? tar.Unfinished() : tar.Finish());
        using var archive = CheckpointArchive.Open(_folder["image.tar"]);
        using var destination = _folder.Make("out");
        var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination, Token));
        Assert.True(reason == refusal.Reason, $"{fault}: {refusal.Message}");
        Assert.Empty(destination.List());
    }

    [Fact]
    public void Links_in_a_layout_folder_lead_nowhere_and_FIFOs_do_not_hang()
    {
        var image = new TestImage(Layer().Finish());
        image.WriteTo(_folder["image"]);
        _folder.Shell($"mkdir outside; mv image/{image.LayerPath} outside/layer; ln -s ../../../outside/layer image/{image.LayerPath}");
        Refuses(ArchiveRefusal.UnexpectedType);
        _folder.Shell($"rm image/{image.LayerPath}; mkfifo image/{image.LayerPath}");
        Refuses(ArchiveRefusal.UnexpectedType);
        // The folder of the blobs itself leads out of the layout: in it, there is no such folder.
        _folder.Shell($"rm image/{image.LayerPath}; mv outside/layer image/{image.LayerPath}; mv image/blobs outside/blobs; ln -s ../outside/blobs image/blobs");
        Refuses(ArchiveRefusal.MissingEntry);

        void Refuses(ArchiveRefusal reason)
        {
            using var layout = RootDirectory.Open(_folder["image"]);
            using var archive = CheckpointArchive.Open(layout);
            Assert.Equal(reason, Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(_folder.Make("out"), Token)).Reason);
        }
    }

    private static HandmadeTar Layer() => new HandmadeTar().File("config.dump", Config).File("spec.dump", Spec).File("checkpoint/inventory.img", "x")
        .Entry("rootfs-diff.tar", '0', new HandmadeTar().File("made", "x").Finish());

    private static HandmadeTar Tar() => new TestImage(Layer().Finish()).ToTar();

    private CheckpointArchive Open(TestImage image)
    {
        File.WriteAllBytes(_folder["image.tar"], image.ToTar().Finish());
        return CheckpointArchive.Open(_folder["image.tar"]);
    }

    private void RefusesToImport(TestImage image, ArchiveRefusal reason)
    {
        image.WriteTo(_folder["image"]);
        File.WriteAllBytes(_folder["image.tar"], image.ToTar().Finish());
        using var destination = _folder.Make("out");
        foreach (var form in new[] { "image", "image.tar" })
        {
            using var archive = CheckpointArchive.Open(_folder[form]);
            var refusal = Assert.Throws<ArchiveRefusedException>(() => archive.ImportWithoutConfig(destination, Token));
            Assert.True(reason == refusal.Reason, refusal.Message);
            Assert.Empty(destination.List());
            Assert.Equal(reason, Assert.Throws<ArchiveRefusedException>(() => archive.Inspect(Token)).Reason);
        }

        _folder.Shell("rm -r image image.tar out");
    }
}
