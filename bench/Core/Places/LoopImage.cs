using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Places;

/// <summary>A file system of its own in a file, mounted by a loop device.</summary>
internal sealed class LoopImage : Place
{
    private const long Size = 32L << 30;

    private readonly string _image;

    internal LoopImage(string type, string images)
        : base($"{type} (loop)", Mount(type, images, out var image)) => _image = image;

    protected override void Remove()
    {
        Programs.Execute("umount", Folder);
        Directory.Delete(Folder);
        File.Delete(_image);
    }

    private static string Mount(string type, string images, out string image)
    {
        var name = Path.Combine(images, $"checkpoint-bench-{Environment.ProcessId}-{type}");
        image = $"{name}.img";
        using (var file = File.Create(image))
            file.SetLength(Size);
        Programs.Execute([$"mkfs.{type}", type == "ext4" ? "-q" : type == "xfs" ? "-q" : "--quiet", image]);
        Directory.CreateDirectory(name);
        Programs.Execute("mount", "--options", "loop", image, name);
        return name;
    }
}
