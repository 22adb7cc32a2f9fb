namespace CheckpointOperator.Fuzz;

/// <summary>The code under test broke a rule that holds for every input.</summary>
internal sealed class FindingException(string message, Exception? innerException = null) : Exception(message, innerException);
