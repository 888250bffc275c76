namespace Secronna.Cli;

/// <summary>What the command itself finds wrong: a message that says what to do.</summary>
/// <param name="message">The message; no value and no token is in it.</param>
internal sealed class CliException(string message) : Exception(message);

/// <summary>The command line does not fit together.</summary>
/// <param name="message">How it should be.</param>
internal sealed class UsageException(string message) : Exception(message);
