// SPDX-License-Identifier: Apache-2.0

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The API that verify.py protects with session tracking. It has no code for it: verify.py passes the properties. */
@EnableAutoConfiguration
@RestController
class Api {

    public static void main(String[] args) {
        SpringApplication.run(Api.class, args);
    }

    @GetMapping("/me")
    String me(JwtAuthenticationToken caller) {
        return caller.getToken().getClaimAsString("sid");
    }
}
