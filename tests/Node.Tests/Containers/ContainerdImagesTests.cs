using System.Text;

using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;

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

    [Fact]
    public async Task A_container_whose_image_is_known_is_not_asked_for_again()
    {
        using var node = new TemporaryNode();
        var containerd = new Answering(Info("""{"Metadata":{"ImageRef":"sha256:ab"}}"""));
        var images = new ContainerdImages(containerd, node.Options);
        for (int time = 0; time < 2; time++)
            Assert.Equal("sha256:ab", await images.ConfigDigestAsync("one", TestContext.Current.CancellationToken));
        Assert.Equal(["one"], containerd.Asked);
        await images.ConfigDigestAsync("two", TestContext.Current.CancellationToken);
        Assert.Equal(["one", "two"], containerd.Asked);
    }

    [Fact]
    public async Task A_container_whose_image_is_unknown_is_asked_for_again()
    {
        using var node = new TemporaryNode();
        var containerd = new Answering("{}");
        var images = new ContainerdImages(containerd, node.Options);
        for (int time = 0; time < 2; time++)
            Assert.Null(await images.ConfigDigestAsync("one", TestContext.Current.CancellationToken));
        Assert.Equal(["one", "one"], containerd.Asked);
    }

    private static string Info(string record) =>
        "{\"Extensions\":{\"io.cri-containerd.container.metadata\":{\"type_url\":\"x\",\"value\":\"" + Convert.ToBase64String(Encoding.UTF8.GetBytes(record)) + "\"}}}";

    // ctr, which prints the same of each container.
    private sealed class Answering(string output) : INodeProcesses
    {
        public List<string> Asked { get; } = [];

        public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
        {
            Asked.Add(command.Arguments[^1]);
            return Task.FromResult(new NodeCommandResult(0, output, string.Empty));
        }

        public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
