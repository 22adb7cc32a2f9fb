using System.Text;

using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.Node.Tests.Containers;

public sealed class ContainerdImagesTests
{
    [Fact]
    public void The_image_is_in_the_CRI_plugins_own_record() => Assert.Equal("sha256:ab", ContainerdImages.Parse(Info("""{"Version":"v1","Metadata":{"ImageRef":"sha256:ab"}}""")));

    [Theory]
    [InlineData("not JSON")]
    [InlineData("{}")]
    [InlineData("""{"Extensions":{"io.cri-containerd.container.metadata":{"value":"%"}}}""")]
    public void What_is_not_understood_is_unknown(string info) => Assert.Null(ContainerdImages.Parse(info));

    [Fact]
    public void A_reference_by_name_is_no_digest() => Assert.Null(ContainerdImages.Parse(Info("""{"Metadata":{"ImageRef":"docker.io/x/y:1"}}""")));

    private static string Info(string record) =>
        "{\"Extensions\":{\"io.cri-containerd.container.metadata\":{\"type_url\":\"x\",\"value\":\"" + Convert.ToBase64String(Encoding.UTF8.GetBytes(record)) + "\"}}}";
}
