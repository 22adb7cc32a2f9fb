using System.Text.Json.Nodes;

using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>
/// A container of podman's that counts, and whose files were changed in all the ways that a diff has to tell (Scripts/changes.py). It runs as long as the
/// tests of a class do.
/// </summary>
public sealed class ChangedContainer(NodeFixture node) : IAsyncLifetime
{
    private const string Scripts = "tests/Node.Tests/Archives/Scripts";

    // podman looks for each changed file at its path on the host, and leaves out one that the host has not: so the host gets all but /etc/unknown.
    private const string Make = """
        set -eu
        mkdir -p $folder/image && cd $folder/image
        python3 $folder/image.py
        tar c . | podman import --quiet - localhost/$name:1 > /dev/null
        touch /etc/known && mkdir -p /data/file-to-folder && touch /data/file-to-link /data/link-to-file /data/linked /data/mode /data/owner /data/time /data/folder-to-file
        podman run --quiet --detach --network none --name $name --volume $volume:/volume localhost/$name:1 /bin/sh -c '
          echo kept > /volume/note; echo kept > /dev/shm/note
          i=0; while :; do i=$((i+1)); echo $i; for folder in /dev/shm /volume; do echo $i > $folder/new; mv $folder/new $folder/count; done; sleep 0.05; done' > /dev/null
        cd "$(podman mount $name)"
        python3 $folder/changes.py
        """;

    private readonly List<string> _others = [];
    private int _exports;

    /// <summary>The container's name.</summary>
    public string Name { get; } = $"changed-{Guid.NewGuid():N}";

    /// <summary>A folder of the node for what the tests make.</summary>
    public string Folder => $"/tmp/{Name}";

    /// <summary>The name of the container's volume.</summary>
    public string Volume => $"{Name}-data";

    /// <summary>The name of a volume that an archive of the container may be given instead.</summary>
    public string OtherVolume => $"{Name}-other";

    /// <summary>The image's name.</summary>
    public string Image => $"localhost/{Name}:1";

    /// <summary>The folders of its root file system.</summary>
    public OverlayFolders Overlay { get; private set; } = null!;

    /// <summary>The image's files.</summary>
    public FileTree ImageFiles { get; private set; } = null!;

    /// <summary>The container's files, but for those that podman itself makes.</summary>
    public FileTree Files { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(node.PathOf(Folder));
        foreach (string script in (string[])["image.py", "changes.py"])
            File.Copy(Path.Combine(RepositoryFolder.Path, Scripts, script), node.PathOf($"{Folder}/{script}"));
        await node.RunAsync($"folder={Folder} name={Name} volume={Volume}\n{Make}");
        Overlay = await OverlayOfAsync(Name);
        ImageFiles = await FileTree.ReadAsync(node, $"{Folder}/image");
        Files = (await FileTree.ReadAsync(node, Overlay.Merged)).Where(IsOwn);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await node.RunAsync($"podman rm --force --ignore --time 0 {string.Join(' ', _others)} {Name} && podman volume rm --force {Volume} {OtherVolume} && podman rmi {Image} && rm -r {Folder}");
    }

    /// <summary>Exports a checkpoint while the container goes on; the archive's path in the node.</summary>
    public async Task<string> ExportAsync(string options)
    {
        string archive = $"{Folder}/export-{Interlocked.Increment(ref _exports)}.tar";
        await node.RunAsync($"podman container checkpoint --leave-running {options} --export {archive} {Name}");
        return archive;
    }

    /// <summary>The number that the container wrote last.</summary>
    public async Task<long> LastNumberAsync() => long.Parse(await node.RunAsync($"podman logs --tail 1 {Name}"), null);

    /// <summary>A new folder of the node.</summary>
    public string MakeFolder(string purpose)
    {
        string folder = $"{Folder}/{purpose}-{Guid.NewGuid():N}";
        Directory.CreateDirectory(node.PathOf(folder));
        return folder;
    }

    /// <summary>A copy of the image's files, to apply changes to.</summary>
    public async Task<string> CopyImageAsync()
    {
        string folder = MakeFolder("rootfs");
        await node.RunAsync($"cp -a {Folder}/image/. {folder}");
        return folder;
    }

    /// <summary>Starts another container of the image and returns its name.</summary>
    public async Task<string> RunAsync(string command, string options = "")
    {
        string name = $"other-{Guid.NewGuid():N}";
        _others.Add(name);
        await node.RunAsync($"podman run --quiet --detach --network none {options} --name {name} {Image} {command}");
        return name;
    }

    /// <summary>Restores an archive by podman as another container and returns its name.</summary>
    public async Task<string> RestoreAsync(string archive, string options = "")
    {
        string name = $"restored-{Guid.NewGuid():N}";
        _others.Add(name);
        await node.RunAsync($"podman container restore {options} --import {archive} --name {name}");
        return name;
    }

    /// <summary>The folders of a container's root file system.</summary>
    public async Task<OverlayFolders> OverlayOfAsync(string container)
    {
        JsonNode data = JsonNode.Parse(await node.RunAsync($"podman inspect --format '{{{{json .GraphDriver.Data}}}}' {container}"))!;
        return new OverlayFolders((string)data["UpperDir"]!, (string)data["LowerDir"]!, (string?)data["MergedDir"]);
    }

    /// <summary>The files of a container of podman's, but for those that podman itself makes.</summary>
    public async Task<FileTree> FilesOfAsync(string container) =>
        (await FileTree.ReadAsync(node, (await node.RunAsync($"podman mount {container}")).Trim())).Where(IsOwn);

    // podman makes these in every container, to mount upon.
    private static bool IsOwn(string path) => path is not ("etc/hostname" or "etc/hosts" or "etc/mtab" or "etc/resolv.conf" or "run/.containerenv");
}
