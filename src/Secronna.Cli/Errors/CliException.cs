using Secronna.Protocol;

namespace Secronna.Cli.Errors;

/// <summary>An error that this program finds by itself, without a server.</summary>
/// <param name="message">What is wrong and what to do. It contains no value and no token.</param>
/// <param name="code">One of the <see cref="ErrorCodes"/>, or <c>IO_ERROR</c>.</param>
internal class CliException(string message, string code = ErrorCodes.ValidationError) : Exception(message)
{
    public string Code => code;

    /// <summary>The exit code with which the program ends.</summary>
    public virtual int ExitCode => 1;
}
