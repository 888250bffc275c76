using Duende.IdentityModel.Client;
using Secronna.Cli.Output;
using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Session;

/// <summary>The errors of an identity provider, and of a provider that does not answer.</summary>
internal static class IdentityProviderErrors
{
    private const int LongestReason = 200;

    /// <summary>The error of an answer that the caller did not expect.</summary>
    /// <returns>UNAVAILABLE where the provider may answer later, else VALIDATION_ERROR.</returns>
    public static SecronnaException Of(ProtocolResponse answer, string issuer)
    {
        var isAway = answer.ErrorType is ResponseErrorType.Exception or ResponseErrorType.Http
            || answer.Error is "server_error" or "temporarily_unavailable";
        var reason = answer.ErrorType == ResponseErrorType.Exception ? answer.Exception?.Message : answer.Error;
        return isAway
            ? new SecronnaException($"the identity provider {issuer} did not answer as it should: {Plain(reason)}", answer.Exception)
            : Invalid($"the identity provider {issuer} refused: {Plain(reason)}");
    }

    public static SecronnaException Invalid(string message) => new(message, ErrorCodes.ValidationError, null, null);

    /// <summary>Requires that nobody on the network path can read what is sent to an address.</summary>
    /// <exception cref="SecronnaException">
    /// VALIDATION_ERROR: the address is plain HTTP to another machine, and that is not allowed.
    /// </exception>
    public static void RequireSafe(string address, string name, bool isInsecure)
    {
        if (!ServerAddress.IsSafe(address, isInsecure))
        {
            throw Invalid($"{name} must begin with https://, because over plain HTTP everyone on the network path could read tokens");
        }
    }

    private static string Plain(string? text) =>
        text is null ? "it gave no reason" : Printer.Plain(text.Length > LongestReason ? text[..LongestReason] : text);
}
