using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>config.dump that names a program, or an image. Both are claims that are handed on as text: nothing is run and nothing is pulled.</summary>
internal static class RuntimeNames
{
    private const Operation Runtime = Operation.ReadRuntimeName;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Claim("a program that would leave a trace", """{"runtime":"OUTSIDE/trap"}"""),
        Claim("a program with arguments", """{"runtime":"OUTSIDE/trap --root /"}"""),
        Claim("a shell's line", """{"runtime":"$(touch OUTSIDE/trace); `touch OUTSIDE/trace`"}"""),
        Claim("a path that climbs", """{"runtime":"../../../../../../OUTSIDE/trap"}"""),
        Claim("an image of somebody's", """{"runtime":"runc","rootfsImageName":"evil.example/backdoor:latest","rootfsImageRef":"docker.io/library/alpine@sha256:00"}"""),
        Bad("none", "{}"),
        Bad("an empty one", """{"runtime":""}"""),
        Attack("a number").AllEntries(Archive("""{"runtime":7}""")).Refused(InvalidJson, Runtime | Operation.Inspect),
        Bad("null", """{"runtime":null}"""),
        Bad("one with a line break", """{"runtime":"runc\nevil"}"""),
        Bad("one with an escape", """{"runtime":"runc\u001b[2J"}"""),
        Bad("one with a NUL", """{"runtime":"runc\u0000x"}"""),
        BadJson("no JSON", "runc"),
        BadJson("a list", "[]"),
        BadJson("nothing", ""),
        BadJson("half a character", "{\"runtime\":\"\\ud800\"}"),
        BadJson("half a character in a key", "{\"\\ud800\":1,\"runtime\":\"runc\"}"),
        BadBytes("bytes that are no UTF-8", [.. "{\"runtime\":\""u8, 0xff, 0xfe, .. "\"}"u8]),
        Attack("no configuration").AllEntries(tar => tar.File("spec.dump", "{}")).Refused(MissingEntry, Operation.Describe),

        AttackCase.Honest(AttackClass.RuntimeName, "runc").AllEntries(Archive("""{"runtime":"runc"}""")).Accepted(Operation.Read),
        AttackCase.Honest(AttackClass.RuntimeName, "containerd's").AllEntries(Archive("""{"runtime":"io.containerd.runc.v2"}""")).Accepted(Operation.Read),
        AttackCase.Honest(AttackClass.RuntimeName, "a path").AllEntries(Archive("""{"runtime":"/usr/bin/crun"}""")).Accepted(Operation.Read),
    ];

    private static AttackCase Claim(string name, string json) => Attack(name).On(Trap)
        .AllEntries((tar, scene) => tar.File("config.dump", json.Replace("OUTSIDE", scene.Outside, StringComparison.Ordinal)).File("spec.dump", AttackCase.Specification)).Accepted(Operation.Read);

    private static AttackCase Bad(string name, string json) => Attack(name).AllEntries(Archive(json)).Refused(InvalidJson, Runtime).Accepted(Operation.Inspect);

    private static AttackCase BadJson(string name, string json) => Attack(name).AllEntries(Archive(json)).Refused(InvalidJson, Runtime | Operation.Inspect);

    private static AttackCase BadBytes(string name, byte[] json) => Attack(name)
        .AllEntries(tar => tar.Entry("config.dump", '0', json).File("spec.dump", AttackCase.Specification)).Refused(InvalidJson, Runtime | Operation.Inspect);

    private static Func<Support.HandmadeTar, Support.HandmadeTar> Archive(string json) => tar => tar.File("config.dump", json).File("spec.dump", AttackCase.Specification);

    // Whoever runs it leaves a file outside.
    private static void Trap(Scene scene)
    {
        scene.Put("outside/trap", System.Text.Encoding.ASCII.GetBytes($"#!/bin/sh\ntouch {scene.Outside}/trace\n"));
        scene.SetMode("outside/trap", 0x1ED);
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.RuntimeName, name);
}
