using System.Net;

namespace Secronna.Server.Access;

/// <summary>
/// The rates at which credentials, workspaces and addresses may use this node (S31). The rates of credentials and workspaces are
/// meant for all nodes together, so each node allows its part of them. The service that is refused must record the refusal of an
/// audited operation (S19) and throw it.
/// </summary>
internal sealed class RateLimits(LimitSettings settings, TimeProvider time)
{
    private readonly ShareRate requests = new("requests", settings.RequestsPerMinute, settings.RequestsPerMinutePerWorkspace, time);

    private readonly ShareRate reveals =
        new("values revealed", settings.RevealsPerMinute, settings.RevealsPerMinutePerWorkspace, time);

    private readonly ShareRate versions =
        new("versions written", settings.WritesPerMinute, settings.WritesPerMinutePerWorkspace, time);

    private readonly ShareRate bytes =
        new("bytes written", settings.WriteBytesPerMinute, settings.WriteBytesPerMinutePerWorkspace, time);

    private readonly Allowances<IPAddress> failures =
        new("failed authentications", "this address", settings.FailedAuthenticationsPerMinute, time);

    private ShareRate[] Shares => [requests, reveals, versions, bytes];

    /// <summary>Counts a request of a credential, whatever it asks for.</summary>
    /// <returns><c>null</c>, or the refusal RATE_LIMITED.</returns>
    public RequestException? TakeRequest(Caller caller) => requests.Take(caller, 1);

    /// <summary>Takes a number of values from the allowances of a credential and its workspace.</summary>
    /// <returns><c>null</c> if the values were taken; otherwise the refusal RATE_LIMITED, and nothing was taken.</returns>
    public RequestException? TakeReveals(Caller caller, int values) => reveals.Take(caller, values);

    /// <summary>Takes what a write will store from the allowances of a credential and its workspace.</summary>
    /// <returns><c>null</c> if all of it was taken; otherwise the refusal RATE_LIMITED, and nothing was taken.</returns>
    public RequestException? TakeWrite(Caller caller, WriteShare share)
    {
        if (versions.Take(caller, share.Versions) is { } limited)
        {
            return limited;
        }

        if (bytes.Take(caller, share.Bytes) is { } bytesLimited)
        {
            versions.GiveBack(caller, share.Versions);
            return bytesLimited;
        }

        return null;
    }

    /// <summary>Counts a failed authentication.</summary>
    /// <param name="ip">The client's address. All unknown addresses are counted as one.</param>
    /// <exception cref="RequestException">RATE_LIMITED: too many failed authentications came from this address.</exception>
    public void CountFailedAuthentication(string? ip)
    {
        if (failures.Take(AddressBlock.Of(ip), 1) is { } limited)
        {
            throw limited;
        }
    }

    /// <summary>Sets how many nodes run, among which the rates of credentials and workspaces are divided.</summary>
    public void DivideAmong(int nodes) => Array.ForEach(Shares, share => share.DivideAmong(Math.Max(1, nodes)));

    /// <summary>Forgets owners that have a full allowance, so that many owners don't fill the memory.</summary>
    public void ForgetFull()
    {
        Array.ForEach(Shares, share => share.DropFull());
        failures.DropFull();
    }
}
