using Secronna.Protocol;

namespace Secronna.Cli;

/// <summary>What the command itself finds wrong: a message that says what to do.</summary>
/// <param name="message">The message; no value and no token is in it.</param>
/// <param name="code">The code that a server would give it.</param>
internal class CliException(string message, string code = ErrorCodes.ValidationError) : Exception(message)
{
    public string Code => code;
}

/// <summary>The command line does not fit together.</summary>
/// <param name="message">How it should be.</param>
internal sealed class UsageException(string message) : CliException(message);
