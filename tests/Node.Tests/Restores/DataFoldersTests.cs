using System.Text;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class DataFoldersTests : IDisposable
{
    private static readonly PodVolume Volume = new("conf", "configMap", [new PodVolumeMount("/conf", null)]);

    private readonly TemporaryNode _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public void The_engines_note_is_taken()
    {
        File.WriteAllText(_node.On("/checkpoint-operator.json"), """{"version":1,"volumes":[{"name":"data","kind":"emptyDir"},{"name":"conf","kind":"configMap","dataFolder":"..2026_11_23_11_48_27.3860699532"}]}""");
        Assert.Equal(["..2026_11_23_11_48_27.3860699532"], Found());
    }

    [Theory]
    [InlineData("../../../etc")]
    [InlineData("..data")]
    [InlineData("..2026_11_23_11_48_27.1/x")]
    public void A_note_that_is_no_timestamp_is_not(string folder)
    {
        File.WriteAllText(_node.On("/checkpoint-operator.json"), $$"""{"version":1,"volumes":[{"name":"conf","kind":"configMap","dataFolder":"{{folder}}"}]}""");
        Assert.Empty(Found());
    }

    [Fact]
    public void Without_a_note_the_names_of_open_files_tell()
    {
        Directory.CreateDirectory(_node.On("/checkpoint"));
        File.WriteAllBytes(_node.On("/checkpoint/files.img"), [8, 1, 0x22, 0x2b, .. "conf/..2026_11_23_11_48_27.3860699532/a.conf"u8, 8, 2, 0x10, .. "other/..2026_11_23_11_48_28.1/b"u8]);
        Assert.Equal(["..2026_11_23_11_48_27.3860699532"], Found());
    }

    [Fact]
    public void Bytes_that_only_look_alike_are_passed_over() =>
        Assert.Equal(["a/..2026_01_01_00_00_00.1"], DataFolders.FindPaths(Encoding.ASCII.GetBytes("/../..x//..2026/ a/..2026_01_01_00_00_00.1/f /..2026_01_01_00_00_00.")));

    private string[] Found()
    {
        using var images = RootDirectory.Open(_node.Path);
        return [.. DataFolders.Read(images).Of(Volume).Select(path => path.ToString())];
    }
}
