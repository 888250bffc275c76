using Secronna.Protocol;

namespace Secronna.Cli.Errors;

/// <summary>A signature, a proof or a hash of the audit trail is wrong. The program ends with exit code 3.</summary>
/// <param name="message">What is wrong.</param>
internal sealed class TrailMismatchException(string message) : CliException(message, ErrorCodes.IntegrityError)
{
    /// <inheritdoc/>
    public override int ExitCode => 3;
}
