using CheckpointOperator.Core.Archives;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>podman restores our archives of a container of its own.</summary>
public sealed class OurArchiveTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    [Fact]
    public async Task The_process_goes_on_with_its_memory_files_and_volumes()
    {
        long before = await container.LastNumberAsync();
        string archive = await OurArchive.WriteAsync(node, container);
        long after = await container.LastNumberAsync();

        string restored = await container.RestoreAsync(archive);
        await node.RunAsync($"until podman logs {restored} | grep . > /dev/null; do :; done");
        long next = long.Parse(await node.RunAsync($"podman logs {restored} | sed -n 1p"), null);
        Assert.InRange(next, before + 1, after + 1);
        await node.RunAsync($"until [ \"$(podman exec {restored} /bin/cat /dev/shm/count)\" -gt {after + 2} ]; do :; done");
        string folder = (await node.RunAsync($"podman volume inspect --format '{{{{.Mountpoint}}}}' {container.OtherVolume}")).Trim();
        Assert.InRange(long.Parse(await node.RunAsync($"cat {folder}/count"), null), after + 2, long.MaxValue);
        Assert.Equal("kept\n", await node.RunAsync($"cat {folder}/note"));
        const string Deleted = "podman deletes in it after it has unpacked the diff";
        const string Mounted = "podman and CRIU make in it what they mount upon";
        (await container.FilesOfAsync(restored)).ShouldBe(
            container.Files,
            new("new/setuid", "time", "podman sets a time before 1970 to 1970"),
            new("data", "time", Deleted),
            new("data/replaced", "time", Deleted),
            new("etc", "time", Mounted),
            new("run", "time", Mounted),
            new("tmp", "time", Mounted));
    }

    [Fact]
    public async Task A_container_of_runc_goes_on_by_runc()
    {
        string folder = container.MakeFolder("runc");
        string name = await container.RunAsync("/bin/sh -c 'i=0; while :; do i=$((i+1)); echo $i > /new; /bin/mv /new /count; /bin/sleep 0.05; done'", "--runtime runc");
        await node.RunAsync($"until podman exec {name} /bin/busybox grep -q 5 /count; do :; done; podman container checkpoint --compress none --export {folder}-export.tar {name}");
        OverlayFolders overlay = await container.OverlayOfAsync(name);
        OurArchive.Rewrite(node, $"{folder}-export.tar", folder, $"{folder}-ours.tar", tar => ContainerDiff.OfUpper(node, overlay, tar).Deleted);
        using (var archive = CheckpointArchive.Open(node.PathOf($"{folder}-ours.tar")))
            Assert.Equal("runc", archive.ReadRuntimeName());

        long count = long.Parse(await node.RunAsync($"cat {overlay.Upper}/count"), null);
        string restored = await container.RestoreAsync($"{folder}-ours.tar");
        await node.RunAsync($"until [ \"$(podman exec {restored} /bin/cat /count)\" -gt {count} ]; do :; done");
    }
}
