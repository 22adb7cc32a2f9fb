using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>Our diffs in the dialect of OCI's layers are layers to podman: over the image's own one they make the container's files.</summary>
public sealed class OurLayerTests(NodeFixture node, ChangedContainer container) : IClassFixture<ChangedContainer>
{
    [Fact]
    public async Task An_image_with_our_layer_has_the_containers_files()
    {
        string folder = container.MakeFolder("layers");
        await node.RunAsync($"tar c -C {container.Folder}/image --xattrs --numeric-owner --format pax -f {folder}/image.tar .");
        using (var tar = File.Create(node.PathOf($"{folder}/changes.tar")))
            Assert.Empty(ContainerDiff.OfUpper(node, container.Overlay, tar, DiffDialect.Whiteouts).Deleted);
        ImageLayout.Write(node.PathOf($"{folder}/layout"), node.PathOf($"{folder}/image.tar"), node.PathOf($"{folder}/changes.tar"));
        string id = (await node.RunAsync($"podman pull --quiet oci:{folder}/layout")).Trim();
        FileTree files = await FileTree.ReadAsync(node, (await node.RunAsync($"podman image mount {id}")).Trim());
        await node.RunAsync($"podman image unmount {id} && podman rmi {id}");
        files.ShouldBe(container.Files, new Deviation("new/setuid", "time", "podman sets a time before 1970 to 1970"));
    }
}
