namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What a command prints with <c>-o json</c> of an archive that it refused.</summary>
/// <param name="Reason">Why, by the name of the ArchiveRefusal: the same as in status, Events and metrics.</param>
/// <param name="Entry">The entry's name; empty when the archive as a whole is meant.</param>
/// <param name="Index">The entry's position, counted from 0; -1 when the archive as a whole is meant.</param>
/// <param name="Message">One line for people.</param>
internal sealed record RefusalOutput(string Reason, string Entry, long Index, string Message);
