using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Restores;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class VolumeFileComparisonTests : IDisposable
{
    private static readonly V1Pod Pod = new()
    {
        Spec = new V1PodSpec
        {
            Containers = [new V1Container { Name = "main", VolumeMounts = [new V1VolumeMount { Name = "claim", MountPath = "/claim" }] }],
            Volumes = [new V1Volume { Name = "claim", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "mine" } }],
        },
    };

    private readonly TemporaryNode _node = new();
    private readonly RunningContainer _container = new(
        new ContainerId(ContainerId.Containerd, "abc"), "/bundle", "runc", "/run/runc", new OciSpec { Mounts = [new OciMount { Destination = "/claim", Source = "/volume" }] }, "{}"u8.ToArray());

    public VolumeFileComparisonTests()
    {
        Directory.CreateDirectory(_node.On("/volume"));
        Directory.CreateDirectory(_node.On("/images"));
        File.WriteAllText(_node.On("/volume/file"), "kept");
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public void A_file_that_nobody_wrote_is_no_change() => Assert.Empty(Compare(Recorded()));

    [Fact]
    public void A_file_that_was_written_or_replaced_is_told()
    {
        VolumeFile recorded = Recorded();
        File.WriteAllText(_node.On("/volume/file"), "KEPT");
        Assert.StartsWith("file /claim/file of volume claim was written at ", Assert.Single(Compare(recorded)), StringComparison.Ordinal);
        Assert.Contains("is another file", Assert.Single(Compare(Recorded() with { Inode = 1 })), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_another_size_or_none_is_refused_by_name()
    {
        Assert.Contains("/claim/file of volume claim has 4 bytes, and had 5", Assert.Throws<RestoreRefusedException>(() => Compare(Recorded() with { Size = 5 })).Message, StringComparison.Ordinal);
        Assert.Contains("is not there any more", Assert.Throws<RestoreRefusedException>(() => Compare(Recorded() with { Mount = "/other" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("link")]
    [InlineData("../secret")]
    public void A_volume_and_an_archive_do_not_ask_for_the_nodes_files(string path)
    {
        File.WriteAllText(_node.On("/secret"), "secret");
        File.CreateSymbolicLink(_node.On("/volume/link"), "/secret");
        Assert.Contains("is not there any more", Assert.Throws<RestoreRefusedException>(() => Compare(Recorded() with { Path = path, Size = 6 })).Message, StringComparison.Ordinal);
    }

    private VolumeFile Recorded()
    {
        FileStatus status = _node.Root.Directory.Stat(RelativePath.Parse("volume/file"))!.Value;
        return new VolumeFile("claim", "/claim", "file", status.Size, status.Inode, status.Modified.Seconds, status.Modified.Nanoseconds);
    }

    private IReadOnlyList<string> Compare(VolumeFile recorded)
    {
        File.WriteAllText(_node.On($"/images/{VolumeFile.ListName}"), JsonSerializer.Serialize<IReadOnlyList<VolumeFile>>([recorded], JsonSerializerOptions.Web));
        using RootDirectory images = _node.Root.OpenDirectory("/images");
        return new VolumeFileComparison(_node.Root).Compare(images, Pod, "main", _container);
    }
}
